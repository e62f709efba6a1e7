using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Output;

/// <summary>Finds out before the work, not after it, that its results could not be written.</summary>
/// <remarks>Runs may share places: the files are not touched, and folders are removed only when empty.</remarks>
internal sealed class OutputPlace : IDisposable
{
    private readonly List<string> _folders = [];
    private readonly Stack<string> _made = new();

    private OutputPlace()
    {
    }

    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Makes the folders of the files, and another file in each of them for a moment.</summary>
    /// <param name="files">The files; none may take another one's place or stand below it, also where links lead there.</param>
    /// <returns>To be disposed after the last file was written, or failed to be.</returns>
    /// <exception cref="ToolException">A file could not be written; the folders that were made are gone again.</exception>
    public static OutputPlace Prepare(params ReadOnlySpan<string> files)
    {
        var place = new OutputPlace();
        try
        {
            for (int i = 0; i < files.Length; i++)
            {
                place.Check(files[i], files[..i]);
            }

            return place;
        }
        catch (ToolException)
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>Makes folders again that have gone since: another run that failed removes those that it had made.</summary>
    /// <exception cref="IOException">A folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be made.</exception>
    public void MakeFolders()
    {
        foreach (string folder in _folders)
        {
            MakeFolder(folder);
        }
    }

    /// <summary>Removes the folders that were made and are empty.</summary>
    public void Dispose()
    {
        // The innermost first.
        while (_made.TryPop(out string? folder))
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It holds results, this run's or another's; or why there are none says more.
            }
        }
    }

    private void Check(string file, ReadOnlySpan<string> others)
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

            TryOut(file, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"Cannot write '{file}': {failure.Message}", failure);
        }
    }

    private void TryOut(string file, string path)
    {
        string folder = FolderOf(path);
        MakeFolder(folder);
        _folders.Add(folder);
        if (Directory.Exists(path))
        {
            throw new ToolException($"Cannot write '{file}': it is a folder.");
        }

        RequirePossible(path);
        Touch(Path.Combine(folder, $".probe-{Guid.NewGuid():N}.tmp"));
    }

    /// <exception cref="IOException">The system refuses the name, such as one that is too long.</exception>
    private static void RequirePossible(string path)
    {
        try
        {
            // To create the file and remove it would remove what another run has put in its place meanwhile.
            File.GetAttributes(path);
        }
        catch (FileNotFoundException)
        {
        }
    }

    private static void Touch(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();

    private void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        if (File.Exists(folder))
        {
            throw new ToolException($"Cannot write to the folder '{folder}': it is {Kind(folder)}.");
        }

        MakeFolder(FolderOf(folder));
        Directory.CreateDirectory(folder);
        _made.Push(folder);
    }

    // To .NET a link that leads nowhere is a file. One that leads in a circle is an IOException that says so.
    private static string Kind(string file) =>
        File.ResolveLinkTarget(file, returnFinalTarget: true) is { Exists: false } target
            ? $"a link to '{target.FullName}', which does not exist"
            : "a file";

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
