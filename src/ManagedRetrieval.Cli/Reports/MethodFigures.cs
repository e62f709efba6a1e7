namespace ManagedRetrieval.Cli.Reports;

/// <summary>How well a model or a baseline did on the test queries.</summary>
internal sealed record MethodFigures(string Name, bool IsBaseline)
{
    public IReadOnlyList<MetricFigure> Metrics { get; init; } = [];

    /// <summary>By ascending k.</summary>
    public IReadOnlyList<RecallPoint> Recall { get; init; } = [];
}
