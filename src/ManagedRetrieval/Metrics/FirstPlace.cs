namespace ManagedRetrieval.Metrics;

/// <summary>Where the first of several positives stands when a tied block is put into random order.</summary>
internal static class FirstPlace
{
    // Up to here adding the terms costs less than it is worth to avoid.
    private const double MostDirectTerms = 1000;

    // Going up multiplies the rounding error of the start by this much at most: 1e3 · 1e-16 leaves twelve digits.
    private const double MostGrowth = 1000;

    // e^-40 = 4e-18: what is left out or guessed wrong by a factor of e^-40 is below half a unit in the last place.
    private const double Digits = 40;

    /// <summary>The mean of 1 / (a + S), S being the place within the block of the first positive.</summary>
    /// <remarks>
    /// With r positives, m others, t = r + m: P(S = s) = C(t−s, r−1) / C(t, r), and G(r) = Σ P(S = s) / (a+s). For one
    /// positive that is a harmonic sum. From C(n, r−1) = C(n, r−2) · (n−r+2) / (r−1) follows, t and a held,
    /// G(r) = r / (t−r+1) · ((a+t−r+2) · G(r−1) − 1) / (r−1). Upward, an error grows by about r · ((a+t)/t)^r; downward it shrinks
    /// by t / (a+t) a step, so that a guess far enough above will do. Where both are slow, the terms are added: they fall
    /// at least as (1 − r/t)^s.
    /// </remarks>
    public static double MeanReciprocal(long above, long others, long positives)
    {
        long places = others + positives;
        if (positives == 1)
        {
            return HarmonicSum.Of(above, places) / places;
        }

        double terms = Math.Min(others + 1, Digits * places / positives);
        if (terms > MostDirectTerms)
        {
            // The error grows by (a+t−j+2) / (t−j+1) · j / (j−1) in step j, and t−j is m at least.
            double growth = Math.Log(1 + above / (double)others);
            if (Math.Log(positives) + positives * growth <= Math.Log(MostGrowth))
            {
                return Upward(above, places, positives);
            }

            double steps = Digits / Math.Log(1 + above / (double)places);
            if (steps < terms)
            {
                return Downward(above, places, positives, Math.Min(places, positives + (long)Math.Ceiling(steps)));
            }
        }

        return Direct(above, others, positives);
    }

    private static double Direct(long above, long others, long positives)
    {
        double places = others + positives;
        double chance = positives / places;
        double sum = 0;
        for (long s = 1; s <= others + 1; s++)
        {
            sum += chance / (above + s);
            chance *= (others - s + 1) / (places - s);

            // P(S > s) = P(S = s+1) · (t−s) / r, and every later term has a smaller reciprocal than those that are added.
            if (chance * (places - s) < 1e-17 * positives)
            {
                break;
            }
        }

        return sum;
    }

    private static double Upward(long above, long places, long positives)
    {
        double mean = HarmonicSum.Of(above, places) / places;
        for (long r = 2; r <= positives; r++)
        {
            mean = r / (double)(places - r + 1) * ((above + places - r + 2) * mean - 1) / (r - 1);
        }

        return mean;
    }

    private static double Downward(long above, long places, long positives, long start)
    {
        // E[S] = (t+1) / (r+1); exact where every place is a positive's.
        double mean = 1 / (above + (places + 1.0) / (start + 1.0));
        for (long r = start; r > positives; r--)
        {
            mean = (1 + (places - r + 1.0) * (r - 1) / r * mean) / (above + places - r + 2);
        }

        return mean;
    }
}
