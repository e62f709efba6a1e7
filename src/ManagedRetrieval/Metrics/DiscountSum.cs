namespace ManagedRetrieval.Metrics;

/// <summary>Partial sums of the discounts of NDCG, 1 / log2(1 + place), quick for long ranges too.</summary>
internal static class DiscountSum
{
    // Up to here adding the terms costs less than it is worth to avoid.
    private const long LongestDirectSum = 512;

    // The first term that the expansion leaves out is 7/5760 f'''(x), 5e-13 at x = 512, where the sum is over 70.
    private const long SmallestExpanded = 512;

    // Gauss and Legendre, six points on [-1, 1] (Abramowitz and Stegun, table 25.4): both signs of a node have its weight.
    private static ReadOnlySpan<double> Nodes => [0.238619186083197, 0.661209386466265, 0.932469514203152];

    private static ReadOnlySpan<double> Weights => [0.467913934572691, 0.360761573048139, 0.171324492379170];

    /// <summary>The sum of 1 / log2(1 + place) over the <paramref name="count"/> places after <paramref name="above"/>.</summary>
    /// <remarks>
    /// Long ranges take the midpoint form of the Euler-Maclaurin formula: with f(x) = ln 2 / ln x, the sum of f over the
    /// integers from u + 1/2 to v − 1/2 is ∫ f from u to v − (f'(v) − f'(u)) / 24 + ...
    /// </remarks>
    public static double Of(long above, long count)
    {
        long to = above + count;
        if (count <= LongestDirectSum)
        {
            return Direct(above, to);
        }

        long from = Math.Max(above, Math.Min(to, SmallestExpanded));
        return Direct(above, from) + Expanded(from + 1.5, to - from);
    }

    private static double Direct(long from, long to)
    {
        double sum = 0;
        for (long place = to; place > from; place--)
        {
            sum += Math.Log(2) / Math.Log(1.0 + place);
        }

        return sum;
    }

    private static double Expanded(double u, double length) => Math.Log(2) * (Integral(u, length) - (Slope(u + length) - Slope(u)) / 24);

    // The derivative of 1 / ln x.
    private static double Slope(double x) => -1 / (x * Math.Log(x) * Math.Log(x));

    // With x = u e^z: ∫ dx / ln x = ∫ u e^z / (ln u + z) dz, on panels over which e^z at most doubles.
    private static double Integral(double u, double length)
    {
        double width = HarmonicSum.LogRatio(u, u + length);
        int panels = Math.Max(1, (int)Math.Ceiling(width / Math.Log(2)));
        double half = width / panels / 2;
        double logarithm = Math.Log(u);
        double sum = 0;
        for (int panel = 0; panel < panels; panel++)
        {
            double middle = (2 * panel + 1) * half;
            for (int i = 0; i < Nodes.Length; i++)
            {
                double z = half * Nodes[i];
                sum += Weights[i] * (Math.Exp(middle - z) / (logarithm + middle - z) + Math.Exp(middle + z) / (logarithm + middle + z));
            }
        }

        return u * half * sum;
    }
}
