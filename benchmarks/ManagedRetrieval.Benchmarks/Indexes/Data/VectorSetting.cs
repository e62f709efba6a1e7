namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>What vectors are generated.</summary>
/// <param name="Rows">The number of candidates.</param>
/// <param name="Queries">The number of queries.</param>
/// <param name="Clusters">The number of clusters, at least <see cref="Groups"/>.</param>
/// <param name="Groups">The number of groups that the clusters' centres lie in.</param>
/// <param name="Seed">Decides everything else.</param>
internal sealed record VectorSetting(int Rows = 1_000_000, int Queries = 1000, int Clusters = 4000, int Groups = 60, ulong Seed = 1)
{
    /// <summary>The number of dimensions.</summary>
    public const int Dimensions = 64;
}
