using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>First − second, on the same queries.</summary>
/// <param name="First">The name of a method.</param>
/// <param name="Second">The name of a method.</param>
/// <param name="Metric">What is compared.</param>
/// <param name="Difference">With the interval of the difference itself.</param>
/// <param name="Verdict">What it means, in a few words.</param>
internal sealed record PairedDifference(string First, string Second, string Metric, ConfidenceInterval Difference, string Verdict);
