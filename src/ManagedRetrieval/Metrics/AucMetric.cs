namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.Auc"/>: how often a positive stands above a negative.</summary>
internal sealed class AucMetric() : RankMetric("auc")
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy)
    {
        if (negatives == 0)
        {
            // Where all competitors are NaN, a positive that is NaN too stands below them; that is no reason to be left out.
            return blocks[^1].Above > blocks[^1].PositivesAbove ? 0 : double.NaN;
        }

        double won = 0;
        foreach (RankBlock tied in blocks)
        {
            // A positive that is NaN stands below the negatives that are NaN as well, hence below more than compete.
            RankBlock block = tied.Under(policy);
            long below = Math.Max(0, (long)negatives - (block.Above - block.PositivesAbove) - block.Others);
            won += block.Positives * (below + block.Others / 2.0);
        }

        return won / RankBlock.PositivesOf(blocks) / negatives;
    }
}
