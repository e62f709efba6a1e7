namespace ManagedRetrieval.Metrics;

/// <summary>The positives of one query that share one score, and where that score stands among all candidates.</summary>
/// <remarks>A block's entries, positives and others, take the places <c>Above + 1</c> to <c>Above + Positives + Others</c> in an order that nothing decides.</remarks>
/// <param name="Above">The number of candidates, further positives among them, that score strictly above.</param>
/// <param name="Others">The number of candidates that score exactly the same and are no positives.</param>
/// <param name="Positives">The number of positives with this score, at least 1.</param>
/// <param name="PositivesAbove">The number of positives among those above.</param>
public readonly record struct RankBlock(int Above, int Others, int Positives, int PositivesAbove)
{
    /// <summary>The number of places that the block takes.</summary>
    internal long Places => (long)Positives + Others;

    /// <summary>The block as a policy sees it: Optimistic and Pessimistic leave no others tied; the mean over the orders of what is left is the value.</summary>
    internal RankBlock Under(TiePolicy policy) => policy switch
    {
        TiePolicy.Optimistic => this with { Others = 0 },
        TiePolicy.Pessimistic => this with { Above = Above + Others, Others = 0 },
        _ => this,
    };

    /// <summary>How many of the block's places are among the first <paramref name="k"/>.</summary>
    internal long PlacesWithin(int k) => Math.Clamp((long)k - Above, 0, Places);

    /// <summary>How many positives a query has, by its last block.</summary>
    internal static int PositivesOf(ReadOnlySpan<RankBlock> blocks) => blocks.IsEmpty ? 0 : blocks[^1].PositivesAbove + blocks[^1].Positives;
}
