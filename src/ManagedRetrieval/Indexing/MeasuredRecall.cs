namespace ManagedRetrieval.Indexing;

/// <summary>How much of exact search's answers an approximate index found.</summary>
/// <param name="K">Answers of a query.</param>
/// <param name="Recall">The share of exact search's answers that were found, the mean over the queries.</param>
/// <param name="Queries">How many queries it was measured with.</param>
/// <param name="Probes">How many partitions were scanned.</param>
/// <param name="Rescored">How many rows were scored.</param>
public sealed record MeasuredRecall(int K, double Recall, int Queries, int Probes, int Rescored);
