using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Output;

/// <summary>Finds out before the work, not after it, that its results could not be written.</summary>
/// <remarks>Runs may share places: the files are not touched, and folders are removed only when empty.</remarks>
internal sealed class OutputPlace : IDisposable
{
    /// <summary>No system follows more (Linux 40, Windows 63), so that links in a circle end here.</summary>
    private const int MostLinks = 64;

    private readonly List<string> _folders = [];
    private readonly Stack<string> _made = new();
    private readonly string[] _inputs;

    private OutputPlace(string[] inputs) => _inputs = inputs;

    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Makes the folders of the files, and another file in each of them for a moment.</summary>
    /// <param name="files">The files, null for those not asked for; none may take another one's place or stand below it, also where links lead there.</param>
    /// <param name="inputs">What is read, null for what is not given; no file may take the place of one, or of what it is a link to.</param>
    /// <param name="replaced">An input whose place the first of the files may take, since it follows it; null for none.</param>
    /// <returns>To be disposed after the last file was written, or failed to be.</returns>
    /// <exception cref="ToolException">A file could not be written, or an input would be lost; the folders that were made are gone again.</exception>
    public static OutputPlace Prepare(IReadOnlyList<string?> files, IReadOnlyList<string?> inputs, string? replaced = null)
    {
        string[] read = [.. inputs.Append(replaced).OfType<string>()];
        var place = new OutputPlace(read);
        var taken = new List<(string Path, string Name)>();
        try
        {
            for (int i = 0; i < files.Count; i++)
            {
                if (files[i] is { } file)
                {
                    place.Check(file, taken, i == 0 ? inputs : read);
                }
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

    /// <summary>Removes what writes left in a folder when their process was killed, but nothing that is read, whatever it is called.</summary>
    /// <param name="folder">It must be there.</param>
    /// <param name="writtenBefore">In UTC. What was written to since then may be another run's.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public void RemoveLeftovers(string folder, DateTime writtenBefore) => AtomicFile.RemoveLeftovers(
        folder, writtenBefore, file => RealPath(file) is var path && _inputs.Any(input => Places(input).Any(place => path.Equals(place, PathComparison))));

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

    /// <param name="file">The file.</param>
    /// <param name="taken">The places of the files before it; it is added.</param>
    /// <param name="inputs">What may not be lost.</param>
    private void Check(string file, List<(string Path, string Name)> taken, IEnumerable<string?> inputs)
    {
        if (Path.EndsInDirectorySeparator(file))
        {
            throw new ToolException($"Cannot write '{file}': that is the name of a folder.");
        }

        try
        {
            string path = RealPath(file);
            foreach ((string other, string name) in taken)
            {
                if (path.Equals(other, PathComparison) || path.StartsWith(other + Path.DirectorySeparatorChar, PathComparison))
                {
                    throw new ToolException($"Cannot write '{file}': that is the place of '{name}'.");
                }
            }

            foreach (string input in inputs.OfType<string>())
            {
                if (Places(input).Any(other => path.Equals(other, PathComparison)))
                {
                    throw new ToolException($"Cannot write '{file}': that is the place of '{input}', which is read.");
                }
            }

            // A finished file is moved to its place, which must not be that of a device.
            if (AtomicFile.IsDevice(path))
            {
                throw new ToolException($"Cannot write '{file}': a device cannot be replaced by a file.");
            }

            TryOut(file, path);
            taken.Add((path, file));
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

    /// <summary>Where an input stands, and where it leads as a link, link after link: a file in any of these places would be read in its stead.</summary>
    private static IEnumerable<string> Places(string input)
    {
        string? path = input.Length == 0 ? null : RealPath(input);
        for (int links = 0; path is not null && links <= MostLinks; links++)
        {
            yield return path;
            path = new FileInfo(path).LinkTarget is { } target ? Follow(FolderOf(path), target) : null;
        }
    }

    private static string RealFolder(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } parent)
        {
            return folder;
        }

        string path = Path.Combine(RealFolder(parent), Path.GetFileName(folder));

        // Only an existing folder is followed, so that links in a circle end here.
        return Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is { } target ? RealFolder(Follow(FolderOf(path), target)) : path;
    }

    /// <summary>Where the target of a link in a folder stands. As the system does, each folder is followed before ".." leaves it.</summary>
    private static string Follow(string folder, string target)
    {
        string root = Path.GetPathRoot(target) ?? "";
        string path = root.Length > 0 ? root : folder;
        foreach (string part in target[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            path = part switch
            {
                "." => path,
                ".." => FolderOf(RealFolder(path)),
                _ => Path.Combine(RealFolder(path), part),
            };
        }

        return path;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? path;
}
