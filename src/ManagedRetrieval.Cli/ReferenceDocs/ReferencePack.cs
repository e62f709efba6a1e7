namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>An installed reference pack of .NET: the assemblies that compilers see, with their XML documentation.</summary>
/// <param name="Version">The version of the pack, such as "10.0.12".</param>
/// <param name="Directory">The directory that holds the XML files.</param>
/// <param name="XmlFiles">The full paths of the XML files, in ordinal order.</param>
internal sealed record ReferencePack(string Version, string Directory, IReadOnlyList<string> XmlFiles)
{
    private const string PackName = "Microsoft.NETCore.App.Ref";

    /// <summary>Looks for a pack wherever .NET is usually installed.</summary>
    public static ReferencePackSearch Find() => Find(DotnetRoots.Candidates());

    /// <summary>Looks below the roots of .NET installations, in order.</summary>
    /// <returns>The newest pack of the first root that has one with documentation, and the places that were looked at.</returns>
    public static ReferencePackSearch Find(IReadOnlyList<string> dotnetRoots)
    {
        var lookedAt = new List<string>();
        foreach (string root in dotnetRoots)
        {
            string packs = Path.Combine(root, "packs", PackName);
            lookedAt.Add(packs);
            if (NewestBelow(packs) is { } pack)
            {
                return new(pack, lookedAt);
            }
        }

        return new(null, lookedAt);
    }

    private static ReferencePack? NewestBelow(string packs)
    {
        foreach (string version in Subdirectories(packs, PackVersion.Order))
        {
            string assemblies = Path.Combine(packs, version, "ref");
            foreach (string framework in Subdirectories(assemblies, StringComparer.Ordinal))
            {
                string directory = Path.Combine(assemblies, framework);
                string[] files = System.IO.Directory.GetFiles(directory, "*.xml");
                if (files.Length > 0)
                {
                    Array.Sort(files, StringComparer.Ordinal);
                    return new(version, directory, files);
                }
            }
        }

        return null;
    }

    private static List<string> Subdirectories(string directory, IComparer<string> oldToNew)
    {
        var names = new List<string>();
        if (System.IO.Directory.Exists(directory))
        {
            foreach (string path in System.IO.Directory.GetDirectories(directory))
            {
                names.Add(Path.GetFileName(path));
            }
        }

        names.Sort(oldToNew);
        names.Reverse();
        return names;
    }
}
