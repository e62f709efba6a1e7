namespace ManagedRetrieval.Training;

/// <summary>Where and how often a run saves all that it takes to go on from there: one file, which the next checkpoint replaces.</summary>
/// <remarks>
/// A checkpoint is written beside the file and then renamed over it, so the file is whole at any time. Where <see cref="TrainingOptions.TimeBudget"/>
/// ends a run within an epoch, a checkpoint is saved too, so that the epoch can go on another time.
/// </remarks>
public sealed record CheckpointOptions
{
    /// <summary>The file; its folder must exist.</summary>
    public required string Path { get; init; }

    /// <summary>After how many steps a checkpoint is saved, at least 1, counted over the run; null for none within an epoch.</summary>
    public int? EverySteps { get; init; }

    /// <summary>After how many epochs a checkpoint is saved, at least 1; null for none at the end of an epoch. By default after each.</summary>
    public int? EveryEpochs { get; init; } = 1;
}
