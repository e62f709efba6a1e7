using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

/// <summary>The installed reference pack, read once for all tests of a class.</summary>
public sealed class InstalledPack
{
    private readonly Lazy<List<DocumentedMember>> _members;
    private readonly Lazy<ReferenceDocsDataset> _dataset;

    public InstalledPack()
    {
        _members = new(() => DocumentationReader.Read(ReferencePack.Find().Pack!.XmlFiles));
        _dataset = new(() => ReferenceDocsDataset.Build(_members.Value));
    }

    internal List<DocumentedMember> Members => _members.Value;

    internal ReferenceDocsDataset Dataset => _dataset.Value;
}
