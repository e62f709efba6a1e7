namespace ManagedRetrieval.Cli.Reports;

/// <summary>The figures of a training run, as a page shows them. What is empty or absent gets no section.</summary>
internal sealed record RunReport
{
    public required string Title { get; init; }

    /// <summary>What came of it, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Data, sizes of the split, model, settings, seed, machine.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    public TimeSpan? TrainingTime { get; init; }

    /// <summary>The level of every interval of the report.</summary>
    public double ConfidenceLevel { get; init; } = 0.95;

    /// <summary>The metrics of which less is better, such as the mean rank.</summary>
    public IReadOnlyList<string> LowerIsBetter { get; init; } = [];

    /// <summary>In the order of training.</summary>
    public IReadOnlyList<EpochFigures> Epochs { get; init; } = [];

    /// <summary>The number of the epoch whose model was kept.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>The models first, then the baselines: colours are given in this order.</summary>
    public IReadOnlyList<MethodFigures> Methods { get; init; } = [];

    public IReadOnlyList<PairedDifference> Differences { get; init; } = [];

    public PopularityFigures? Popularity { get; init; }

    /// <summary>Histograms with the same bins, such as of positives' scores and of random negatives' scores; the first is the positives'.</summary>
    public IReadOnlyList<ScoreHistogram> Scores { get; init; } = [];

    public ItemEmbeddings? Items { get; init; }

    /// <summary>The slowest first.</summary>
    public IReadOnlyList<StepPart> SlowestParts { get; init; } = [];

    public IReadOnlyList<SampleQuery> Samples { get; init; } = [];
}
