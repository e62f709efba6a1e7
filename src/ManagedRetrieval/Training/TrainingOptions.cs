namespace ManagedRetrieval.Training;

/// <summary>How a <see cref="Trainer"/> goes through the data.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often every pair is seen, at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Pairs in a step, at least 2: each is a negative of all others. The last step of an epoch may have fewer, or one more where a single pair would be left.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Decides the order of the pairs, a new one in each epoch.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether logits are corrected by each candidate's relative frequency in the data.</summary>
    public bool CorrectSamplingBias { get; init; }
}
