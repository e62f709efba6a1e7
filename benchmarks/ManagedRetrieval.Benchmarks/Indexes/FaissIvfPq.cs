namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Faiss' inverted lists of 4-bit product codes, scanned in registers, with exact scores of the best.</summary>
internal sealed class FaissIvfPq() : PeerIndex("faiss-ivfpqfs", "partitioned-pq")
{
    public override IReadOnlyList<IReadOnlyList<Parameters>> Searches => Grid("nprobe", [4, 8, 16, 32, 64, 128, 256], "k_factor", [4, 16, 64, 128]);

    /// <summary>1,000, 2,000 and 4,000 lists of a million rows, and by their root of fewer.</summary>
    public override IReadOnlyList<Parameters> Builds(int rows) =>
        [.. Grid("lists", [.. ((int[])[1, 2, 4]).Select(times => (int)(times * Math.Sqrt(rows)))], "subspaces", [16, 32]).SelectMany(line => line)];
}
