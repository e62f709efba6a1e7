namespace ManagedRetrieval.Metrics;

/// <summary>Partial sums of the harmonic series, quick for long ranges too.</summary>
internal static class HarmonicSum
{
    // Up to here adding the terms costs less than it is worth to avoid.
    private const long LongestDirectSum = 512;

    // The first term that the expansion leaves out is 1/(252 m^6): below 6e-14 from m = 64 on.
    private const long SmallestExpanded = 64;

    /// <summary>Returns 1/(<paramref name="above"/>+1) + ... + 1/(<paramref name="above"/>+<paramref name="count"/>).</summary>
    /// <remarks>
    /// Long ranges take the Euler-Maclaurin expansion H(n) = ln n + γ + 1/(2n) - 1/(12n²) + 1/(120n⁴) - ...
    /// (Graham, Knuth and Patashnik, Concrete Mathematics, eq. 9.89) at both ends.
    /// </remarks>
    public static double Of(long above, long count)
    {
        if (count <= LongestDirectSum)
        {
            return Direct(above, above + count);
        }

        long from = Math.Max(above, SmallestExpanded);
        long to = above + count;
        return Direct(above, from) + LogRatio(from, to) + (Correction(to) - Correction(from));
    }

    private static double Direct(long from, long to)
    {
        double sum = 0;
        for (long place = to; place > from; place--)
        {
            sum += 1.0 / place;
        }

        return sum;
    }

    // ln(to/from) = 2 artanh((to-from)/(to+from)) keeps the digits where the ratio is next to 1.
    internal static double LogRatio(double from, double to) =>
        to < 2 * from ? 2 * Math.Atanh((to - from) / (to + from)) : Math.Log(to / from);

    private static double Correction(double n)
    {
        double square = 1 / (n * n);
        return 0.5 / n - square / 12 + square * square / 120;
    }
}
