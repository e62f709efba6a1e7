namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.Ndcg"/>: discounted gain of the first k, as a share of the best that k places allow.</summary>
internal sealed class NdcgMetric(string name, int k) : RankMetric(name)
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy)
    {
        double gain = 0;
        foreach (RankBlock tied in blocks)
        {
            // Each of the block's places is a positive's with the same chance.
            RankBlock block = tied.Under(policy);
            gain += DiscountSum.Of(block.Above, block.PlacesWithin(k)) * (block.Positives / (double)block.Places);
        }

        return gain / DiscountSum.Of(0, Math.Min(k, RankBlock.PositivesOf(blocks)));
    }
}
