namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.Recall"/>: which share of the positives is among the first k.</summary>
internal sealed class RecallMetric(string name, int k, bool cappedByK) : RankMetric(name)
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy)
    {
        int positives = RankBlock.PositivesOf(blocks);
        return Hits(blocks, k, policy) / (cappedByK ? Math.Min(k, positives) : positives);
    }

    /// <summary>How many positives are among the first <paramref name="k"/>, in the mean over the orders.</summary>
    internal static double Hits(ReadOnlySpan<RankBlock> blocks, int k, TiePolicy policy)
    {
        double hits = 0;
        foreach (RankBlock tied in blocks)
        {
            RankBlock block = tied.Under(policy);
            hits += block.Positives * (block.PlacesWithin(k) / (double)block.Places);
        }

        return hits;
    }
}
