namespace ManagedRetrieval.Metrics;

/// <summary>A figure, and the range in which it would lie for most samples of queries like the one at hand.</summary>
/// <param name="Estimate">The figure over the queries themselves.</param>
/// <param name="Low">The lower end; NaN where there is no figure.</param>
/// <param name="High">The upper end; NaN where there is no figure.</param>
public readonly record struct ConfidenceInterval(double Estimate, double Low, double High);
