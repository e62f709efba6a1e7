namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.MeanAveragePrecision"/>: the precision at each positive's place, averaged.</summary>
/// <remarks>
/// At the s-th place of a block of r positives in t places, P positives above: a positive stands there with the chance
/// r/t, and then (s−1)(r−1)/(t−1) further ones of the block above it in the mean. So the block adds
/// Σ r/t · (P + 1 + (s−1)(r−1)/(t−1)) / (a+s) over its places among the first k.
/// </remarks>
internal sealed class AveragePrecisionMetric(string name, int k) : RankMetric(name)
{
    // Up to here adding the terms costs less than it is worth to avoid.
    private const long LongestDirectSum = 512;

    // n − (a+1) Σ 1/(a+s) loses a factor of about 2a/n to cancellation: a thousand, three of sixteen digits, is allowed.
    private const long MostCancelled = 500;

    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy)
    {
        double sum = 0;
        foreach (RankBlock tied in blocks)
        {
            RankBlock block = tied.Under(policy);
            double further = block.Places > 1 ? (block.Positives - 1) / (double)(block.Places - 1) : 0;
            sum += Sum(block.Above, block.PlacesWithin(k), block.PositivesAbove + 1, further) * (block.Positives / (double)block.Places);
        }

        return sum / Math.Min(k, RankBlock.PositivesOf(blocks));
    }

    /// <summary>Σ over s from 1 to <paramref name="count"/> of (first + (s−1) · further) / (above + s).</summary>
    private static double Sum(long above, long count, double first, double further)
    {
        if (further == 0)
        {
            return first * HarmonicSum.Of(above, count);
        }

        if (count <= LongestDirectSum || above / count > MostCancelled)
        {
            double sum = 0;
            for (long s = count; s > 0; s--)
            {
                sum += (first + (s - 1) * further) / (above + s);
            }

            return sum;
        }

        // (s−1) / (a+s) = 1 − (a+1) / (a+s).
        double harmonic = HarmonicSum.Of(above, count);
        return first * harmonic + further * (count - (above + 1) * harmonic);
    }
}
