namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.MeanRank"/>: the mean place of the positives.</summary>
internal sealed class MeanRankMetric() : RankMetric("mean_rank")
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy) => MeanPlace(blocks, policy);

    /// <summary>The mean place of one query's positives: those of a block stand at its middle in the mean.</summary>
    internal static double MeanPlace(ReadOnlySpan<RankBlock> blocks, TiePolicy policy)
    {
        double sum = 0;
        foreach (RankBlock tied in blocks)
        {
            RankBlock block = tied.Under(policy);
            sum += block.Positives * (block.Above + (block.Places + 1) / 2.0);
        }

        return sum / RankBlock.PositivesOf(blocks);
    }
}
