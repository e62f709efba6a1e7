namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.ReciprocalRank"/>: 1 / (the place of the first positive).</summary>
internal sealed class ReciprocalRankMetric() : RankMetric("mrr")
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy)
    {
        RankBlock first = blocks[0].Under(policy);
        return FirstPlace.MeanReciprocal(first.Above, first.Others, first.Positives);
    }
}
