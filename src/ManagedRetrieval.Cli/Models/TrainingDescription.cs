namespace ManagedRetrieval.Cli.Models;

/// <summary>How training goes through the data.</summary>
internal sealed record TrainingDescription
{
    public int Epochs { get; init; } = 20;

    public int BatchSize { get; init; } = 1024;

    public bool CorrectSamplingBias { get; init; }

    /// <summary>Further negatives that are drawn for each step, by popularity.</summary>
    public int SampledNegatives { get; init; }

    /// <summary>The metric on the validation part that decides which epoch is kept.</summary>
    public string Metric { get; init; } = "ndcg@10";

    /// <summary>Epochs without improvement after which training stops; null for never.</summary>
    public int? Patience { get; init; }
}
