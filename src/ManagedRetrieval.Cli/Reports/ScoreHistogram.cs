using System.Globalization;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>How many scores lie in each of several equal bins.</summary>
/// <param name="Name">Whose scores.</param>
/// <param name="Low">The lower end of the first bin.</param>
/// <param name="High">The upper end of the last bin.</param>
/// <param name="Counts">For each bin.</param>
internal sealed record ScoreHistogram(string Name, double Low, double High, IReadOnlyList<long> Counts)
{
    public double BinWidth => (High - Low) / Counts.Count;

    public long Total => Counts.Sum();

    /// <summary>Counts several sets of scores in the same bins, which span all of them. Scores that are not finite are left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no bin.</exception>
    public static IReadOnlyList<ScoreHistogram> Count(int bins, params ReadOnlySpan<(string Name, ReadOnlyMemory<float> Scores)> sets)
    {
        if (bins < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(bins), bins, string.Create(CultureInfo.InvariantCulture, $"bins is {bins}; expected at least 1."));
        }

        (double low, double high) = Range(sets);
        var histograms = new ScoreHistogram[sets.Length];
        for (int i = 0; i < sets.Length; i++)
        {
            long[] counts = new long[bins];
            foreach (float score in sets[i].Scores.Span)
            {
                if (float.IsFinite(score))
                {
                    // The highest score belongs to the last bin.
                    counts[Math.Min(bins - 1, (int)((score - low) / (high - low) * bins))]++;
                }
            }

            histograms[i] = new(sets[i].Name, low, high, counts);
        }

        return histograms;
    }

    /// <summary>The score below which the given share of the scores lies, if those of a bin are spread evenly over it; NaN where there are none.</summary>
    public double Quantile(double share)
    {
        double wanted = share * Total;
        double below = 0;
        for (int bin = 0; bin < Counts.Count; bin++)
        {
            if (Counts[bin] > 0 && below + Counts[bin] >= wanted)
            {
                return Low + (bin + (wanted - below) / Counts[bin]) * BinWidth;
            }

            below += Counts[bin];
        }

        return double.NaN;
    }

    /// <summary>The share of the scores that lie above a score, if those of a bin are spread evenly over it; NaN where there are none.</summary>
    public double ShareAbove(double score)
    {
        double above = 0;
        for (int bin = 0; bin < Counts.Count; bin++)
        {
            above += Counts[bin] * Math.Clamp((Low - score) / BinWidth + bin + 1, 0, 1);
        }

        return above / Total;
    }

    private static (double Low, double High) Range(ReadOnlySpan<(string Name, ReadOnlyMemory<float> Scores)> sets)
    {
        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach ((_, ReadOnlyMemory<float> scores) in sets)
        {
            foreach (float score in scores.Span)
            {
                if (float.IsFinite(score))
                {
                    (low, high) = (Math.Min(low, score), Math.Max(high, score));
                }
            }
        }

        // Scores that are all alike, and none at all, need bins of some width too.
        return low < high ? (low, high) : double.IsFinite(low) ? (low - 0.5, low + 0.5) : (0, 1);
    }
}
