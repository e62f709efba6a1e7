using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Output;

/// <summary>Finds out before the work, not after it, that its results could not be written.</summary>
internal static class OutputPlace
{
    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Makes the folders of the files, and each file for a moment where there is none.</summary>
    /// <param name="files">The files; none may take another one's place or stand below it, also where links lead there.</param>
    /// <exception cref="ToolException">A file could not be written; the folders that were made are gone again.</exception>
    public static void Prepare(params ReadOnlySpan<string> files)
    {
        var made = new Stack<string>();
        try
        {
            for (int i = 0; i < files.Length; i++)
            {
                Check(files[i], files[..i], made);
            }
        }
        catch (ToolException)
        {
            Remove(made);
            throw;
        }
    }

    private static void Check(string file, ReadOnlySpan<string> others, Stack<string> made)
    {
        if (Path.EndsInDirectorySeparator(file))
        {
            throw new ToolException($"Cannot write '{file}': that is the name of a folder.");
        }

        try
        {
            string path = RealPath(file);
            foreach (string other in others)
            {
                string otherPath = RealPath(other);
                if (path.Equals(otherPath, PathComparison) || path.StartsWith(otherPath + Path.DirectorySeparatorChar, PathComparison))
                {
                    throw new ToolException($"Cannot write '{file}': that is the place of '{other}'.");
                }
            }

            // A finished file is moved to its place, which must not be that of a device.
            if (AtomicFile.IsDevice(path))
            {
                throw new ToolException($"Cannot write '{file}': a device cannot be replaced by a file.");
            }

            TryOut(file, path, made);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"Cannot write '{file}': {failure.Message}", failure);
        }
    }

    private static void TryOut(string file, string path, Stack<string> made)
    {
        string folder = FolderOf(path);
        if (File.Exists(folder))
        {
            throw new ToolException($"Cannot write to the folder '{folder}': it is a file.");
        }

        MakeFolder(folder, made);
        if (Directory.Exists(path))
        {
            throw new ToolException($"Cannot write '{file}': it is a folder.");
        }

        // A link to nothing is no file, but creating one would follow it.
        if (!File.Exists(path) && new FileInfo(path).LinkTarget is null)
        {
            Touch(path);
        }

        Touch(Path.Combine(folder, $".probe-{Guid.NewGuid():N}.tmp"));
    }

    private static void Touch(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();

    private static void MakeFolder(string folder, Stack<string> made)
    {
        if (!Directory.Exists(folder))
        {
            MakeFolder(FolderOf(folder), made);
            Directory.CreateDirectory(folder);
            made.Push(folder);
        }
    }

    // The innermost first; a folder that someone else has begun to use stays.
    private static void Remove(Stack<string> made)
    {
        try
        {
            while (made.TryPop(out string? folder))
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Why the file could not be written says more.
        }
    }

    // Of the file itself no link is followed: what is written takes the link's place.
    private static string RealPath(string file)
    {
        string path = Path.GetFullPath(file);
        return Path.Combine(RealFolder(FolderOf(path)), Path.GetFileName(path));
    }

    private static string RealFolder(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } parent)
        {
            return folder;
        }

        string path = Path.Combine(RealFolder(parent), Path.GetFileName(folder));

        // Only an existing folder is followed, so that links in a circle end here.
        return Directory.Exists(path) && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
            ? RealFolder(target.FullName)
            : path;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? path;
}
