namespace ManagedRetrieval.Training;

/// <summary>Judges a model while it trains, at the end of epochs, and keeps the best.</summary>
/// <remarks>
/// With an optimizer that averages weights, the averages are in the place of the weights while <see cref="Evaluate"/> runs, and the best
/// parameters are averages too. An epoch that <see cref="TrainingOptions.TimeBudget"/> cuts short is judged as well, and the last one always.
/// </remarks>
public sealed record Validation
{
    /// <summary>Gives the figures of the model as it is now, by name. It must not change the model; where it takes long, it should look at the token.</summary>
    public required Func<CancellationToken, IReadOnlyDictionary<string, double>> Evaluate { get; init; }

    /// <summary>The figure that decides which epoch is best.</summary>
    public required string Metric { get; init; }

    /// <summary>Whether a lower figure is the better one, as with a loss; by default a higher one is.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>How many epochs lie between two looks, at least 1.</summary>
    public int EveryEpochs { get; init; } = 1;

    /// <summary>Training stops at the first look that many epochs, at least 1, after the best one. Null, the default, never stops it.</summary>
    public int? Patience { get; init; }

    /// <summary>By how much a figure must exceed the best one so far, or fall below it, to be the best: finite and not negative.</summary>
    public double MinimumImprovement { get; init; }

    /// <summary>Whether the run ends with the parameters of the best epoch, by default, or with the last ones. The best ones take a copy of all parameters.</summary>
    public bool RestoreBest { get; init; } = true;
}
