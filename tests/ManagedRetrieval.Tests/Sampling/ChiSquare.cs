namespace ManagedRetrieval.Tests.Sampling;

/// <summary>Pearson's test of counts against a distribution, at a significance of 1e-4.</summary>
internal static class ChiSquare
{
    // The standard normal distribution's upper 1e-4 point.
    private const double Normal = 3.7190164854556804;

    /// <summary>Whether the counts could come from the distribution; cells of probability 0 must be empty.</summary>
    public static bool Accepts(ReadOnlySpan<int> counts, ReadOnlySpan<double> probabilities)
    {
        Assert.Equal(probabilities.Length, counts.Length);
        long draws = 0;
        foreach (int count in counts)
        {
            draws += count;
        }

        (double statistic, int cells) = (0, 0);
        for (int i = 0; i < counts.Length; i++)
        {
            if (probabilities[i] == 0)
            {
                if (counts[i] > 0)
                {
                    return false;
                }

                continue;
            }

            // The statistic has its distribution only where no cell is almost empty.
            double expected = draws * probabilities[i];
            Assert.True(expected >= 5, $"cell {i} expects {expected} draws, too few for the test");
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            cells++;
        }

        return cells == 1 ? statistic < 1e-9 : statistic <= Critical(cells - 1);
    }

    /// <summary>Wilson and Hilferty (1931): the cube root of χ² / k is nearly normal with mean 1 − 2 / 9k and variance 2 / 9k.</summary>
    public static double Critical(int freedom)
    {
        double variance = 2 / (9.0 * freedom);
        double root = 1 - variance + (Normal * Math.Sqrt(variance));
        return freedom * root * root * root;
    }
}
