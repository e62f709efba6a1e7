namespace ManagedRetrieval.Cli.Runs;

/// <summary>All that a run found out.</summary>
internal sealed record RunResults
{
    public required DataSettings Data { get; init; }

    public required RunSettings Settings { get; init; }

    public required TrainingData TrainingData { get; init; }

    /// <summary>For each model its trainings, one for each seed. The first model is the one that is kept.</summary>
    public required IReadOnlyList<(NamedModel Named, IReadOnlyList<TrainedModel> Trainings)> Models { get; init; }

    /// <summary>The models, then the baselines, on the test part; empty where nothing was held out.</summary>
    public required IReadOnlyList<Method> Methods { get; init; }

    /// <summary>The number of neighbours that was best on the validation part; null where there is no such baseline.</summary>
    public required int? Neighbours { get; init; }

    /// <summary>The training that is saved: of the first model, the best on the validation part.</summary>
    public required TrainedModel Kept { get; init; }

    public NamedModel First => Models[0].Named;
}
