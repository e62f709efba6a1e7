namespace ManagedRetrieval.Metrics;

/// <summary>The positives of one query that share one score, and where that score stands among all candidates.</summary>
/// <remarks>A block's entries, positives and others, take the places <c>Above + 1</c> to <c>Above + Positives + Others</c> in an order that nothing decides.</remarks>
/// <param name="Above">The number of candidates, further positives among them, that score strictly above.</param>
/// <param name="Others">The number of candidates that score exactly the same and are no positives.</param>
/// <param name="Positives">The number of positives with this score, at least 1.</param>
/// <param name="PositivesAbove">The number of positives among those above.</param>
public readonly record struct RankBlock(int Above, int Others, int Positives, int PositivesAbove);
