namespace ManagedRetrieval.Indexing;

/// <summary>How a <see cref="PartitionedIndex{TId}"/> is built and searched.</summary>
public sealed record PartitionedOptions
{
    /// <summary>The number of partitions, at least 1; of more than there are rows, as many as rows are made. Null for 4 √rows, but 64 rows in each on average.</summary>
    public int? Partitions { get; init; }

    /// <summary>How many partitions a search scans, at least 1; null for 1 in 25, but at least 16.</summary>
    public int? Probes { get; init; }

    /// <summary>What lists hold for scans.</summary>
    public PartitionedLists Lists { get; init; }

    /// <summary>How many of the scanned rows are scored, at least 1, and always k; null for 256 with 4-bit codes and 64 with bytes.</summary>
    public int? Rescored { get; init; }

    /// <summary>What rows are scored by.</summary>
    public PartitionedRescoring Rescoring { get; init; }

    /// <summary>Dimensions for which there is one 4-bit code, at least 1, for at most 256 codes; more than there are stand for all. Null for 2, or as many as it takes.</summary>
    public int? SubspaceDimensions { get; init; }

    /// <summary>
    /// From which cosine of query and row on scores should be right, 0 to less than 1: with d dimensions, codes are chosen so that an
    /// error along the row weighs (d − 1) t² / (1 − t²) times one across it, but not less than once (Guo et al., ICML 2020). 0 weighs all alike.
    /// Among a million rows of 64 dimensions in clusters, 80 of 4,000 partitions and 128 scored rows have a recall of 0.94 with 0.2 and 0.35, and of 0.92 with 0.
    /// </summary>
    public float AnisotropicThreshold { get; init; } = 0.2f;

    /// <summary>Decides what rows are trained on and where training starts.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many rows partitions are trained on, at least 1; as many as partitions at least, and as there are rows at most. Null for 64 for each partition.</summary>
    public int? TrainingRows { get; init; }

    /// <summary>Rounds of k-means at most, at least 1.</summary>
    public int Iterations { get; init; } = 10;
}
