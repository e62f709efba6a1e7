namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Rounded queries whose scores by <see cref="Int8Scan"/> are never below the exact ones.</summary>
/// <remarks>
/// <para>
/// With a query q = s · (a + ε) and a row r = t · (b + δ), where a and b are the whole numbers that they are rounded to, and no |δ| is
/// above ½: q · r = s · t · (a · b + ε · b + (q / s) · δ) ≤ s · t · (a · b + |ε| · |b| + Σ |q / s| / 2). All but a · b depends on the
/// query and on the longest b of all rows; rounded up to a whole number, it is taken from what a scan takes from each sum. So a scan makes
/// bounds at no cost. A row whose bound is below the k-th of some exact scores is not among the k best.
/// </para>
/// <para>
/// What floats lose on the way is taken in, as long as scales lie between 2⁻⁶⁰ and what keeps scores finite. Rows of
/// smaller scales have bounds and scores of so little magnitude that other scores can still be compared with them.
/// </para>
/// </remarks>
internal static class Int8Bound
{
    private const double SmallestScale = 1.0 / (1L << 60);

    private const double GreatestScore = float.MaxValue / 4;

    /// <summary>Raises a rounded query's scores to bounds.</summary>
    /// <param name="query">[depth], finite.</param>
    /// <param name="elements">As <see cref="Int8Query.Quantise"/> left them.</param>
    /// <param name="rounded">Likewise.</param>
    /// <param name="greatestScale">Of all rows.</param>
    /// <param name="greatestSquares">The greatest sum of a row's squared elements.</param>
    /// <param name="least">
    /// A magnitude: bounds tell which rows stay below a score that is positive or negative by more; NaN or ∞ where they tell nothing.
    /// </param>
    public static Int8Query Raise(
        ReadOnlySpan<float> query, ReadOnlySpan<sbyte> elements, Int8Query rounded, float greatestScale, int greatestSquares, out float least)
    {
        double absolutes = 0, lost = 0, scale = rounded.Scale;
        for (int d = 0; d < query.Length; d++)
        {
            double steps = query[d] / scale, difference = steps - elements[d];
            absolutes += Math.Abs(steps);
            lost += difference * difference;
        }

        // The quotient of which a row's element was rounded is half an ulp of up to 127 off.
        double bound = (absolutes * (0.5 + Ulp(16))) + Math.Sqrt(lost * greatestSquares);

        // A chain of fused steps is off by an ulp of its sum of magnitudes a step; a scan rounds three times.
        double sums = (Int8Rows.Greatest * (double)Int8Query.Greatest * query.Length) + bound;
        bound += (absolutes * (Int8Rows.Greatest + 1) * (query.Length + 1) * Ulp(23)) + (sums * Ulp(21));
        least = scale >= SmallestScale && 2 * scale * greatestScale * (sums + absolutes * Int8Rows.Greatest) < GreatestScore
            ? (float)(4 * Int8Rows.Greatest * SmallestScale * scale * (absolutes + query.Length))
            : float.PositiveInfinity;
        return double.IsFinite(bound) ? rounded with { Offset = rounded.Offset - (int)Math.Ceiling(bound) } : rounded;
    }

    private static double Ulp(int bits) => 1.0 / (1L << bits);
}
