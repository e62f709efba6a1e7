namespace ManagedRetrieval.Cli.Reports;

/// <summary>What one epoch came to.</summary>
/// <param name="Number">From 1.</param>
/// <param name="TrainingLoss">The mean loss of its pairs.</param>
internal sealed record EpochFigures(int Number, double TrainingLoss)
{
    /// <summary>Metrics on the validation queries.</summary>
    public IReadOnlyList<NamedFigure> Validation { get; init; } = [];

    public double? Seconds { get; init; }

    public DoctorFigures? Doctor { get; init; }

    /// <summary>What the doctor found, in sentences.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];
}
