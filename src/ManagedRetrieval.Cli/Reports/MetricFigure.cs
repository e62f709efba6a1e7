using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>A metric's figure with its interval, whose ends are NaN where there is none.</summary>
internal sealed record MetricFigure(string Metric, ConfidenceInterval Value);
