namespace ManagedRetrieval.Metrics;

/// <summary>What a ranking pass met besides the ranks.</summary>
/// <param name="ScoredPairs">Pairs of a query and a candidate that were scored.</param>
/// <param name="TiedPositives">Positives whose score a candidate that is no positive has too.</param>
/// <param name="NaNPositives">Positives whose score is NaN; they rank last.</param>
/// <param name="NaNCompetitors">Scores of competitors that are NaN; they are ignored.</param>
public readonly record struct RankingCounts(long ScoredPairs, int TiedPositives, int NaNPositives, long NaNCompetitors)
{
    /// <summary>The counts of two passes together.</summary>
    internal RankingCounts Plus(RankingCounts other) => new(
        ScoredPairs + other.ScoredPairs,
        checked(TiedPositives + other.TiedPositives),
        checked(NaNPositives + other.NaNPositives),
        NaNCompetitors + other.NaNCompetitors);
}
