namespace ManagedRetrieval.Cli.Runs;

/// <summary>What <c>train</c> was asked for besides data and model.</summary>
internal sealed record RunSettings
{
    public required string OutputDirectory { get; init; }

    public string? JsonFile { get; init; }

    public required int Workers { get; init; }

    /// <summary>Where the large products run, as --backend names it; null for the processor.</summary>
    public string? Backend { get; init; }

    /// <summary>The first seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How many seeds each model is trained with.</summary>
    public required int Seeds { get; init; }

    /// <summary>Whether to go on from the checkpoints in the output directory.</summary>
    public bool Resume { get; init; }

    /// <summary>Steps between checkpoints within an epoch; null for one at each epoch's end alone.</summary>
    public int? CheckpointSteps { get; init; }

    /// <summary>Of one training.</summary>
    public TimeSpan? TimeBudget { get; init; }

    /// <summary>A model to begin with.</summary>
    public string? From { get; init; }

    public string ModelFile => Path.Combine(OutputDirectory, "model.safetensors");

    public string ReportFile => Path.Combine(OutputDirectory, "report.html");

    /// <param name="model">The name of the model.</param>
    /// <param name="seed">The seed of the run.</param>
    public string CheckpointFile(string model, ulong seed) => Path.Combine(OutputDirectory, FormattableString.Invariant($"checkpoint-{model}-{seed}.safetensors"));
}
