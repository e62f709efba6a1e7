using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>Metrics by their definition: the candidates put into every order that their scores allow, and each order looked through from the top.</summary>
/// <param name="Metric">What is tested.</param>
/// <param name="OfOrder">The value of one order; NaN where there is none. Not called without positives.</param>
/// <param name="LargerIsBetter">Which end of the values the optimist takes.</param>
internal sealed record NaiveMetric(RankMetric Metric, Func<Entry[], double> OfOrder, bool LargerIsBetter = true)
{
    public static IEnumerable<NaiveMetric> All(params IEnumerable<int> cutoffs)
    {
        yield return new(RankMetric.ReciprocalRank, order => 1.0 / Places(order)[0]);
        yield return new(RankMetric.MeanRank, order => Places(order).Average(), false);
        yield return new(RankMetric.MedianRank, order => Places(order).Average(), false);
        yield return new(RankMetric.Auc, WonPairs);
        foreach (int k in cutoffs)
        {
            yield return new(RankMetric.TopKAccuracy(k), order => order.Take(k).Any(entry => entry.Positive) ? 1 : 0);
            yield return new(RankMetric.Recall(k), order => Hits(order, k) / order.Count(entry => entry.Positive));
            yield return new(RankMetric.Recall(k, cappedByK: true), order => Hits(order, k) / Math.Min(k, order.Count(entry => entry.Positive)));
            yield return new(RankMetric.Precision(k), order => Hits(order, k) / k);
            yield return new(RankMetric.Ndcg(k), order => Gain(order, k) / Gain([.. order.OrderByDescending(entry => entry.Positive)], k));
            yield return new(RankMetric.MeanAveragePrecision(k), order => AveragePrecision(order, k));
        }
    }

    /// <summary>One query's value.</summary>
    /// <param name="orders">What <see cref="Orders"/> gives.</param>
    /// <param name="policy">What is done with ties.</param>
    public double Of(Entry[][] orders, TiePolicy policy)
    {
        if (!orders[0].Any(entry => entry.Positive))
        {
            return double.NaN;
        }

        double[] values = [.. orders.Select(OfOrder)];
        return policy switch
        {
            TiePolicy.Expected => values.Average(),
            TiePolicy.Optimistic => LargerIsBetter ? values.Max() : values.Min(),
            _ => LargerIsBetter ? values.Min() : values.Max(),
        };
    }

    /// <summary>All orders by descending score: numbers, then others that are NaN, then positives that are NaN; what ties comes in every order.</summary>
    public static Entry[][] Orders(Entry[] query)
    {
        IEnumerable<Entry[]> orders = [[]];
        foreach (Entry[] group in query
            .GroupBy(entry => double.IsNaN(entry.Score) ? (1, entry.Positive ? 1.0 : 0) : (0, -entry.Score))
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray()))
        {
            Entry[][] permutations = [.. Permutations(group)];
            orders = orders.SelectMany(order => permutations.Select(permutation => (Entry[])[.. order, .. permutation]));
        }

        return [.. orders];
    }

    private static IEnumerable<Entry[]> Permutations(Entry[] group)
    {
        if (group.Length <= 1)
        {
            yield return group;
            yield break;
        }

        for (int first = 0; first < group.Length; first++)
        {
            foreach (Entry[] rest in Permutations([.. group[..first], .. group[(first + 1)..]]))
            {
                yield return [group[first], .. rest];
            }
        }
    }

    private static int[] Places(Entry[] order) => [.. Enumerable.Range(1, order.Length).Where(place => order[place - 1].Positive)];

    private static double Hits(Entry[] order, int k) => order.Take(k).Count(entry => entry.Positive);

    private static double Gain(Entry[] order, int k) => Places(order).Where(place => place <= k).Sum(place => 1 / Math.Log2(1 + place));

    private static double AveragePrecision(Entry[] order, int k) =>
        Places(order).Where(place => place <= k).Sum(place => Hits(order, place) / place) / Math.Min(k, order.Count(entry => entry.Positive));

    private static double WonPairs(Entry[] order)
    {
        (double won, double pairs) = (0, 0);
        for (int i = 0; i < order.Length; i++)
        {
            for (int j = 0; j < order.Length; j++)
            {
                if (order[i].Positive && !order[j].Positive && !double.IsNaN(order[j].Score))
                {
                    won += i < j ? 1 : 0;
                    pairs++;
                }
            }
        }

        // Lost to candidates that are NaN themselves: no pair, and no reason for a perfect or a missing figure.
        bool diverged = order.Any(entry => entry.Positive && double.IsNaN(entry.Score)) && order.Any(entry => !entry.Positive);
        return pairs == 0 && diverged ? 0 : won / pairs;
    }
}
