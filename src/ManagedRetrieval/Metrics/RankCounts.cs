namespace ManagedRetrieval.Metrics;

/// <summary>Where one query's positive stands among the candidates, its own entry left out.</summary>
/// <param name="Above">The number of other candidates that score strictly above the positive.</param>
/// <param name="Tied">The number of other candidates that score exactly as the positive does.</param>
public readonly record struct RankCounts(int Above, int Tied);
