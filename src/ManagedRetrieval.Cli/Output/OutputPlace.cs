namespace ManagedRetrieval.Cli.Output;

/// <summary>Finds out before the work, not after it, that its results could not be written.</summary>
internal static class OutputPlace
{
    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Makes the file's folder, and the file itself for a moment where there is none.</summary>
    /// <exception cref="ToolException">The file could not be written.</exception>
    public static void Check(string file)
    {
        string directory = DirectoryOf(file);
        if (File.Exists(directory))
        {
            throw new ToolException($"Cannot write to the folder '{directory}': it is a file.");
        }

        try
        {
            Directory.CreateDirectory(directory);
            if (Directory.Exists(file) || Path.EndsInDirectorySeparator(file))
            {
                throw new ToolException($"Cannot write '{file}': it is a folder.");
            }

            if (!File.Exists(file))
            {
                File.Create(file, 1, FileOptions.DeleteOnClose).Dispose();
            }

            CreateProbe(directory).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"Cannot write '{file}': {failure.Message}", failure);
        }
    }

    /// <summary>Refuses a file in the place of another one or below it, also where links lead there.</summary>
    /// <exception cref="ToolException">The two are in each other's way.</exception>
    public static void CheckApart(string file, string other)
    {
        string path = Path.GetFullPath(file);
        string otherPath = Path.GetFullPath(other);
        bool clash = path.Equals(otherPath, PathComparison) || path.StartsWith(otherPath + Path.DirectorySeparatorChar, PathComparison);
        if (!clash && Path.GetFileName(path).Equals(Path.GetFileName(otherPath), PathComparison) && Directory.Exists(DirectoryOf(file)))
        {
            // Two names of one folder show the same new file.
            using FileStream probe = CreateProbe(DirectoryOf(file));
            clash = File.Exists(Path.Combine(DirectoryOf(other), Path.GetFileName(probe.Name)));
        }

        if (clash)
        {
            throw new ToolException($"Cannot write '{file}': that is the place of '{other}'.");
        }
    }

    private static FileStream CreateProbe(string directory) =>
        File.Create(Path.Combine(directory, $".probe-{Guid.NewGuid():N}.tmp"), 1, FileOptions.DeleteOnClose);

    private static string DirectoryOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file)) ?? Path.GetFullPath(file);
}
