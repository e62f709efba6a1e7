using System.Runtime.InteropServices;

namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>The directories where .NET may be installed, the likeliest first.</summary>
internal static class DotnetRoots
{
    /// <summary>DOTNET_ROOT, the running runtime's, that of "dotnet" on the path, then the usual places; no doubles.</summary>
    public static List<string> Candidates()
    {
        var roots = new List<string>();
        Add(roots, Environment.GetEnvironmentVariable("DOTNET_ROOT"));

        // root/shared/Microsoft.NETCore.App/10.0.0/: three levels up.
        Add(roots, Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        Add(roots, OnPath(Environment.GetEnvironmentVariable("PATH")));
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsWindows())
        {
            Add(roots, Below(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet"));
        }
        else
        {
            Add(roots, "/usr/share/dotnet");
            Add(roots, "/usr/lib/dotnet");
            Add(roots, "/usr/lib64/dotnet");
            Add(roots, "/usr/local/share/dotnet");
        }

        Add(roots, Below(home, ".dotnet"));
        return roots;
    }

    /// <summary>The directory of the first "dotnet" in the directories of <paramref name="path"/>, links resolved.</summary>
    public static string? OnPath(string? path)
    {
        string program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        foreach (string directory in (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string file = Path.Combine(directory, program);
            if (File.Exists(file))
            {
                return Path.GetDirectoryName(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
            }
        }

        return null;
    }

    private static string? Below(string directory, string name) =>
        directory.Length == 0 ? null : Path.Combine(directory, name);

    private static void Add(List<string> roots, string? root)
    {
        if (string.IsNullOrWhiteSpace(root))
        {
            return;
        }

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (!roots.Contains(full))
        {
            roots.Add(full);
        }
    }
}
