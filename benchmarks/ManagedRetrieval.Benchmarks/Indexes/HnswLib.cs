namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>hnswlib's graph.</summary>
internal sealed class HnswLib() : PeerIndex("hnswlib", "hnsw")
{
    public override IReadOnlyList<IReadOnlyList<Parameters>> Searches =>
        [[.. ((int[])[10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048]).Select(ef => new Parameters(("ef", ef)))]];

    public override IReadOnlyList<Parameters> Builds(int rows) => [.. Grid("m", [8, 16, 32], "ef_construction", [100, 200]).SelectMany(line => line)];
}
