namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Faiss' exact index. It finds its best division of threads itself.</summary>
internal sealed class FaissFlat() : PeerIndex("faiss-flat", "exact-float32")
{
    public override bool IsExact => true;

    public override IReadOnlyList<IReadOnlyList<Parameters>> Searches => [[Parameters.None]];

    public override IReadOnlyList<Parameters> Builds(int rows) => [Parameters.None];
}
