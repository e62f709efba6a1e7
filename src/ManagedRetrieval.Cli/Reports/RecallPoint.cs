using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>The recall among the first k.</summary>
internal sealed record RecallPoint(int K, ConfidenceInterval Value);
