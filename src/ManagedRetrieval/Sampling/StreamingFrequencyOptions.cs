namespace ManagedRetrieval.Sampling;

/// <summary>How a <see cref="StreamingFrequencyEstimator"/> counts.</summary>
public sealed record StreamingFrequencyOptions
{
    // The state has 8 bytes a bucket, and 2 GB of it are enough.
    private const int MostBuckets = int.MaxValue / 8;

    /// <summary>The number of buckets of each hash function, at least 1; several times the number of ids that come often.</summary>
    public int Buckets { get; init; } = 1 << 20;

    /// <summary>The number of hash functions, at least 1. The memory is 20 bytes a bucket and hash function.</summary>
    public int Hashes { get; init; } = 2;

    /// <summary>α, in (0, 1]: the weight of the newest interval. A small one is exact, a large one follows change.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Decides which id goes to which bucket.</summary>
    public ulong Seed { get; init; }

    /// <summary>Throws where no estimator can be built from these options.</summary>
    internal void Check()
    {
        if (Buckets < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Buckets), Buckets, FormattableString.Invariant($"Buckets must be at least 1, not {Buckets}."));
        }

        if (Hashes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Hashes), Hashes, FormattableString.Invariant($"Hashes must be at least 1, not {Hashes}."));
        }

        if ((long)Buckets * Hashes > MostBuckets)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Buckets), Buckets, FormattableString.Invariant($"Buckets times Hashes must be at most {MostBuckets}, not {(long)Buckets * Hashes}."));
        }

        if (!(LearningRate > 0 && LearningRate <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(LearningRate), LearningRate, FormattableString.Invariant($"LearningRate must lie in (0, 1], not {LearningRate}."));
        }
    }
}
