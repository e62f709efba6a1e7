namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.MedianRank"/>: half the weight has its positives' mean place at or above it.</summary>
internal sealed class MedianRankMetric() : RankMetric("median_rank")
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy) => MeanRankMetric.MeanPlace(blocks, policy);

    /// <inheritdoc/>
    internal override bool NeedsOrder => true;

    /// <inheritdoc/>
    internal override double Summary(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
        {
            total += weight;
        }

        double reached = 0;
        double lower = double.NaN;
        for (int i = 0; i < values.Length; i++)
        {
            if (weights[i] == 0)
            {
                continue;
            }

            // Half was reached exactly by the value before.
            if (!double.IsNaN(lower))
            {
                return (lower + values[i]) / 2;
            }

            reached += weights[i];
            if (2 * reached > total)
            {
                return values[i];
            }

            lower = 2 * reached == total ? values[i] : lower;
        }

        return lower;
    }
}
