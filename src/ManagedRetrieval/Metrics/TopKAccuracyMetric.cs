namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.TopKAccuracy"/>: whether a positive is among the first k.</summary>
internal sealed class TopKAccuracyMetric(string name, int k) : RankMetric(name)
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy)
    {
        // Later blocks stand below: where the first has no positive within k, they have none.
        RankBlock first = blocks[0].Under(policy);
        return Hit(first.PlacesWithin(k), first.Positives, first.Places);
    }

    /// <summary>The chance that some of <paramref name="positives"/> among <paramref name="places"/>, in random order, stands in the first <paramref name="shown"/>.</summary>
    /// <remarks>
    /// Shown places and positives are two random sets that meet or do not, so either may be dealt one by one, each
    /// falling on the other with the chance (the other's size) / (places left). Only positive terms are added.
    /// </remarks>
    private static double Hit(long shown, long positives, long places)
    {
        (long dealt, long other) = shown < positives ? (shown, positives) : (positives, shown);
        double hit = 0;
        double miss = 1;
        for (long i = 0; i < dealt && miss > 0; i++)
        {
            double left = places - i;
            hit += miss * (other / left);
            miss *= (left - other) / left;
        }

        return Math.Min(hit, 1);
    }
}
