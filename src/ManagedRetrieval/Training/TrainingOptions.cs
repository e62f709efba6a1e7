using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Training;

/// <summary>How a <see cref="Trainer"/> goes through the data.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often every pair is seen, at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Pairs in a step, at least 2: each is a negative of all others. The last step of an epoch may have fewer, or one more where a single pair would be left.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Decides the order of the pairs, a new one in each epoch, and what the sampler draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether logits are corrected by each candidate's probability per draw: <see cref="CandidateSamplingProbability"/>, mixed with the sampler's where there is one.</summary>
    public bool CorrectSamplingBias { get; init; }

    /// <summary>
    /// For each corpus row the probability, per draw, with which it comes into a batch as a pair's candidate: in [0, 1], and
    /// above 0 where a pair has it. Empty for <see cref="Data.RetrievalDataset.CandidateFrequencies"/>. Give those of a
    /// saved <see cref="Retrieval.Retriever{TQuery, TCandidate, TId}.CandidateSamplingProbability"/> to go on with its correction on newer pairs.
    /// </summary>
    public ReadOnlyMemory<float> CandidateSamplingProbability { get; init; }

    /// <summary>Draws corpus rows as further negatives of every query, <see cref="SampledNegatives"/> in each step. Null draws none.</summary>
    public ICandidateSampler? NegativeSampler { get; init; }

    /// <summary>How many further negatives the sampler draws in a step: at least 1 where there is a sampler, 0 where there is none.</summary>
    public int SampledNegatives { get; init; }

    /// <summary>
    /// How many candidates of past steps serve as further negatives, not negative. Their embeddings are those of their
    /// step; no gradient flows into them. The next call still has them where data, correction, capacity and age are the same.
    /// </summary>
    public int MemoryCapacity { get; init; }

    /// <summary>For how many steps a candidate is remembered, at least 1.</summary>
    public int MemoryMaximumAge { get; init; } = int.MaxValue;

    /// <summary>Looks for further negatives among the whole corpus; null looks for none.</summary>
    public HardNegativeOptions? HardNegatives { get; init; }

    /// <summary>Judges the model at the end of epochs; null does not look.</summary>
    public Validation? Validation { get; init; }

    /// <summary>
    /// The time after which no step begins, positive; the epoch in progress ends there. Time before a checkpoint counts. Null for no end.
    /// </summary>
    public TimeSpan? TimeBudget { get; init; }

    /// <summary>Where and how often the run is saved; null never saves it.</summary>
    public CheckpointOptions? Checkpoint { get; init; }

    /// <summary>Whether to measure where the time of the steps goes, which costs little: see <see cref="TrainingResult.Profile"/>.</summary>
    public bool Profile { get; init; }

    /// <summary>How many steps an epoch has: what a learning-rate schedule over a whole run is made of.</summary>
    /// <param name="pairs">The pairs of the data, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="pairs"/> or <see cref="BatchSize"/> is less than 2.</exception>
    public int StepsPerEpoch(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2);
        (int full, int left) = Math.DivRem(pairs, BatchSize);

        // A single pair left over joins the batch before; where there is none, all pairs are one batch.
        return Math.Max(1, full + (left > 1 ? 1 : 0));
    }
}
