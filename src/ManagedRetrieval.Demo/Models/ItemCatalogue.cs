using System.Reflection;
using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Demo.Models;

/// <summary>What the page learns: members of .NET and the sentences that describe them, cut from the documentation of the SDK when the page is built.</summary>
internal static class ItemCatalogue
{
    private const string Prefix = "catalogue/";

    /// <summary>Reads the files that the page carries.</summary>
    /// <param name="breathe">Awaited after each file, for the page to stay alive.</param>
    public static async Task<ReferenceDocsDataset> ReadAsync(Func<Task> breathe)
    {
        Assembly assembly = typeof(ItemCatalogue).Assembly;
        var members = new List<DocumentedMember>();
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using (Stream stream = assembly.GetManifestResourceStream(name)!)
            {
                DocumentationReader.Read(stream, name, members);
            }

            await breathe();
        }

        return ReferenceDocsDataset.Build(members);
    }
}
