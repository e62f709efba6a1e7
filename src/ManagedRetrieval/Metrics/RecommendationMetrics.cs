namespace ManagedRetrieval.Metrics;

/// <summary>What is recommended, whether or not it is what was wanted: how much of the corpus, how evenly, how far from the well known.</summary>
/// <remarks>
/// The recommendations are corpus rows, those of all queries one after the other, as a top-k search gives them. Row −1,
/// which stands where there were fewer than k results, is skipped.
/// </remarks>
public static class RecommendationMetrics
{
    /// <summary>The share of the corpus that is recommended at least once.</summary>
    /// <param name="recommendedRows">Rows of the corpus, or −1.</param>
    /// <param name="candidates">The size of the corpus; at least 1.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentException">A row is none of the corpus.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The corpus is empty.</exception>
    public static double Coverage(ReadOnlySpan<int> recommendedRows, int candidates)
    {
        int covered = 0;
        foreach (int times in Exposure(recommendedRows, candidates))
        {
            covered += times > 0 ? 1 : 0;
        }

        return covered / (double)candidates;
    }

    /// <summary>How unknown the recommended candidates are: the mean of −log2 p (Vargas and Castells, RecSys 2011).</summary>
    /// <param name="recommendedRows">Rows of the corpus, or −1.</param>
    /// <param name="probability">For each candidate the chance that it is known, such as its share of the interactions; above 0, at most 1, where it is recommended.</param>
    /// <returns>In bits; NaN where nothing is recommended.</returns>
    /// <exception cref="ArgumentException">A row is none of the corpus, or its probability is out of range.</exception>
    public static double Novelty(ReadOnlySpan<int> recommendedRows, ReadOnlySpan<double> probability)
    {
        double bits = 0;
        int recommended = 0;
        for (int i = 0; i < recommendedRows.Length; i++)
        {
            int row = recommendedRows[i];
            if (row == -1)
            {
                continue;
            }

            CheckRow(recommendedRows, i, probability.Length);
            if (!(probability[row] > 0 && probability[row] <= 1))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"probability must lie in (0, 1] for what is recommended, but number {row} is {probability[row]}."), nameof(probability));
            }

            bits -= Math.Log2(probability[row]);
            recommended++;
        }

        return bits / recommended;
    }

    /// <summary>The Gini coefficient of how often each candidate of the corpus is recommended.</summary>
    /// <remarks>With the counts x ascending, i from 1 to n: Σ (2i − n − 1) x_i / (n Σ x_i).</remarks>
    /// <param name="recommendedRows">Rows of the corpus, or −1.</param>
    /// <param name="candidates">The size of the corpus; at least 1.</param>
    /// <returns>0 where all are recommended equally often, 1 − 1/n where one takes all; NaN where nothing is recommended.</returns>
    /// <exception cref="ArgumentException">A row is none of the corpus.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The corpus is empty.</exception>
    public static double Gini(ReadOnlySpan<int> recommendedRows, int candidates)
    {
        int[] exposure = Exposure(recommendedRows, candidates);
        exposure.AsSpan().Sort();
        double sum = 0;
        double total = 0;
        for (int i = 0; i < exposure.Length; i++)
        {
            sum += (2.0 * i + 1 - candidates) * exposure[i];
            total += exposure[i];
        }

        return sum / (candidates * total);
    }

    private static int[] Exposure(ReadOnlySpan<int> recommendedRows, int candidates)
    {
        if (candidates < 1 || candidates > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(candidates), candidates, FormattableString.Invariant($"candidates is {candidates}; expected at least 1 and at most {Array.MaxLength}."));
        }

        int[] exposure = new int[candidates];
        for (int i = 0; i < recommendedRows.Length; i++)
        {
            if (recommendedRows[i] != -1)
            {
                CheckRow(recommendedRows, i, candidates);
                exposure[recommendedRows[i]]++;
            }
        }

        return exposure;
    }

    private static void CheckRow(ReadOnlySpan<int> recommendedRows, int number, int candidates)
    {
        if ((uint)recommendedRows[number] >= (uint)candidates)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"recommendedRows must be −1 or rows of the corpus, 0 to {candidates - 1}, but number {number} is {recommendedRows[number]}."), nameof(recommendedRows));
        }
    }
}
