using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

/// <summary>The installed reference pack, read once for all tests of a class.</summary>
public sealed class InstalledPack
{
    private readonly Lazy<ReferencePack> _pack;
    private readonly Lazy<ReferenceDocsDataset> _dataset;

    public InstalledPack()
    {
        _pack = new(() => ReferencePack.Find().Pack!);
        _dataset = new(() => ReferenceDocsDataset.Load(_pack.Value));
    }

    internal IReadOnlyList<string> XmlFiles => _pack.Value.XmlFiles;

    internal ReferenceDocsDataset Dataset => _dataset.Value;
}
