using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class RankMetricTests
{
    private static readonly TiePolicy[] Policies = Enum.GetValues<TiePolicy>();

    [Fact]
    public void Every_value_is_that_of_all_orders_of_the_ties() => RandomCases.Check(
        draw =>
        {
            RankCase tied = RankCase.Tied(draw, 1, draw.Between(1, 6));
            Entry[][] orders = NaiveMetric.Orders(tied.Queries[0]);
            foreach (NaiveMetric naive in NaiveMetric.All(1, 2, 3, 5, 8))
            {
                foreach (TiePolicy policy in Policies)
                {
                    double value = Assert.Single(naive.Metric.PerQuery(tied.Ranks, policy));
                    double expected = naive.Of(orders, policy);
                    Same($"{naive.Metric} {policy}", expected, value);
                    Same($"{naive.Metric} {policy} over one query", expected, naive.Metric.Of(tied.Ranks, policy));
                }
            }
        },
        cases: 400);

    [Fact]
    public void Without_ties_every_value_is_that_of_a_full_sort_for_every_k() => RandomCases.Check(
        draw =>
        {
            int candidates = draw.Length();
            RankCase distinct = RankCase.Distinct(draw, 2, candidates);
            Entry[][][] orders = [.. distinct.Queries.Select(NaiveMetric.Orders)];
            Assert.All(orders, ofOne => Assert.Single(ofOne));
            foreach (NaiveMetric naive in NaiveMetric.All(Enumerable.Range(1, candidates + 1)))
            {
                foreach (TiePolicy policy in Policies)
                {
                    double[] values = naive.Metric.PerQuery(distinct.Ranks, policy);
                    for (int query = 0; query < values.Length; query++)
                    {
                        Same($"{naive.Metric} {policy}", naive.Of(orders[query], policy), values[query]);
                    }
                }
            }
        },
        cases: 40,
        size: 30);

    [Fact]
    public void The_figure_is_the_weighted_mean_over_the_queries_that_have_a_value() => RandomCases.Check(
        draw =>
        {
            RankCase tied = RankCase.Tied(draw, draw.Length(), 4);
            float[] weights = [.. tied.Queries.Select(_ => draw.Below(4) / 4f)];
            weights[draw.Below(weights.Length)] = 1.5f;
            foreach (NaiveMetric naive in NaiveMetric.All(2).Where(naive => naive.Metric != RankMetric.MedianRank))
            {
                double[] values = [.. tied.Queries.Select(query => naive.Of(NaiveMetric.Orders(query), TiePolicy.Pessimistic))];
                int[] counted = [.. Enumerable.Range(0, values.Length).Where(i => !double.IsNaN(values[i]))];
                double weighted = counted.Sum(i => weights[i] * values[i]) / counted.Sum(i => weights[i]);
                Same($"{naive.Metric} with weights", weighted, naive.Metric.Of(tied.Ranks, TiePolicy.Pessimistic, weights));
                double plain = counted.Length == 0 ? double.NaN : counted.Average(i => values[i]);
                Same($"{naive.Metric}", plain, naive.Metric.Of(tied.Ranks, TiePolicy.Pessimistic));
            }
        });

    [Fact]
    public void The_median_is_that_of_the_places_written_out_as_often_as_they_weigh() => RandomCases.Check(
        draw =>
        {
            RankCase distinct = RankCase.Distinct(draw, draw.Length(), 9);
            float[] weights = [.. distinct.Queries.Select(_ => (float)draw.Below(4))];
            weights[draw.Below(weights.Length)] = 1;
            double[] places = RankMetric.MeanRank.PerQuery(distinct.Ranks);
            var written = new List<double>();
            for (int i = 0; i < places.Length; i++)
            {
                written.AddRange(Enumerable.Repeat(places[i], double.IsNaN(places[i]) ? 0 : (int)weights[i]));
            }

            written.Sort();
            double expected = written.Count == 0 ? double.NaN : (written[(written.Count - 1) / 2] + written[written.Count / 2]) / 2;
            Same("median", expected, RankMetric.MedianRank.Of(distinct.Ranks, sampleWeight: weights));
        },
        cases: 300);

    [Fact]
    public void What_weighs_nothing_is_no_neighbour_of_the_median()
    {
        Assert.Equal(2.5, RankMetric.MedianRank.Summary([1, 2, 3, 4], [2, 0, 0, 2]));
        Assert.Equal(3, RankMetric.MedianRank.Summary([1, 2, 3, 4], [0, 0, 1, 0]));
        Assert.Equal(double.NaN, RankMetric.MedianRank.Summary([1, 2], [0, 0]));
    }

    [Fact]
    public void Ndcg_and_map_by_hand()
    {
        // Places 1, 3, 6 of 7. log2 of 2, 4, 7, 3: 1, 2, 2.807355, 1.584963.
        RankCase hand = RankCase.Of(RankCase.Query([9, 7, 4], [8, 6, 5, 3]));
        Assert.Equal((1 + 0.5) / (1 + 1 / 1.584963 + 0.5), RankMetric.Ndcg(3).Of(hand.Ranks), 1e-6);
        Assert.Equal((1 + 0.5 + 1 / 2.807355) / (1 + 1 / 1.584963 + 0.5), RankMetric.Ndcg(7).Of(hand.Ranks), 1e-6);
        Assert.Equal(1 / (1 + 1 / 1.584963), RankMetric.Ndcg(2).Of(hand.Ranks), 1e-6);

        // Precision at the positives: 1/1, 2/3, 3/6. At 2 the divisor is 2, from 3 on it is 3.
        Assert.Equal(1 / 2.0, RankMetric.MeanAveragePrecision(2).Of(hand.Ranks), 1e-15);
        Assert.Equal((1 + 2 / 3.0) / 3, RankMetric.MeanAveragePrecision(5).Of(hand.Ranks), 1e-15);
        Assert.Equal((1 + 2 / 3.0 + 0.5) / 3, RankMetric.MeanAveragePrecision(int.MaxValue).Of(hand.Ranks), 1e-15);
    }

    [Fact]
    public void All_metrics_of_two_queries_by_hand()
    {
        // Query 1: place 2 of 4. Query 2: one positive above two that tie with one other: place 1, then two of the places 2 to 4.
        RankCase hand = RankCase.Of(RankCase.Query([2], [3, 1, 0]), RankCase.Query([5, 4, 4], [4, 1]));
        Assert.Equal((0 + 1) / 2.0, RankMetric.TopKAccuracy(1).Of(hand.Ranks));
        Assert.Equal((1 + (1 + 2 / 3.0) / 3) / 2, RankMetric.Recall(2).Of(hand.Ranks), 1e-15);
        Assert.Equal((1 + (1 + 2 / 3.0) / 2) / 2, RankMetric.Recall(2, cappedByK: true).Of(hand.Ranks), 1e-15);
        Assert.Equal((0.5 + (1 + 2 / 3.0) / 2) / 2, RankMetric.Precision(2).Of(hand.Ranks), 1e-15);
        Assert.Equal((0.5 + 1) / 2, RankMetric.ReciprocalRank.Of(hand.Ranks));
        Assert.Equal((2 + (1 + 3 + 3) / 3.0) / 2, RankMetric.MeanRank.Of(hand.Ranks), 1e-15);
        Assert.Equal((2 + (1 + 2 + 3) / 3.0) / 2, RankMetric.MedianRank.Of(hand.Ranks, TiePolicy.Optimistic));
        Assert.Equal((2 / 3.0 + (2 + 1.5 + 1.5) / 6) / 2, RankMetric.Auc.Of(hand.Ranks), 1e-15);
        Assert.Equal((2 / 3.0 + (2 + 1 + 1) / 6.0) / 2, RankMetric.Auc.Of(hand.Ranks, TiePolicy.Pessimistic), 1e-15);
        Assert.Equal((2 / 3.0 + 1) / 2, RankMetric.Auc.Of(hand.Ranks, TiePolicy.Optimistic), 1e-15);
    }

    [Fact]
    public void A_worked_example_of_ranks_that_were_counted_elsewhere()
    {
        // Places: 1; 2 or 3; 11 to 20. Top 2: 1, 1/2, 0. The first two reciprocal ranks: 1, (1/2 + 1/3) / 2 = 5/12.
        var ranks = new QueryRanks([new(0, 0), new(1, 1), new(10, 9)], 20);
        Assert.Equal(0.5, RankMetric.TopKAccuracy(2).Of(ranks), 1e-15);
        Assert.Equal(2.0 / 3, RankMetric.TopKAccuracy(2).Of(ranks, TiePolicy.Optimistic), 1e-15);
        Assert.Equal(1.0 / 3, RankMetric.TopKAccuracy(2).Of(ranks, TiePolicy.Pessimistic), 1e-15);
        Assert.Equal((1 + 5.0 / 12) / 2, RankMetric.ReciprocalRank.Of(ranks, sampleWeight: [1, 1, 0]), 1e-15);
    }

    [Fact]
    public void A_constant_model_gets_what_chance_gets()
    {
        var ranks = new QueryRanks([new(0, 49), new(0, 49)], 50);
        Assert.Equal(0.1, RankMetric.Recall(5).Of(ranks), 1e-15);
        Assert.Equal(0.5, RankMetric.Auc.Of(ranks), 1e-15);
        Assert.Equal(25.5, RankMetric.MedianRank.Of(ranks), 1e-15);
    }

    [Fact]
    public void A_positive_that_is_NaN_loses_all_pairs_even_where_all_scores_are_NaN()
    {
        RankCase lost = RankCase.Of(
            RankCase.Query([double.NaN], [1, 2, double.NaN, double.NaN]), RankCase.Query([double.NaN], [double.NaN]), RankCase.Query([3, double.NaN], [1, 2]));
        foreach (TiePolicy policy in Policies)
        {
            Assert.Equal([0, 0, 0.5], RankMetric.Auc.PerQuery(lost.Ranks, policy));
        }
    }

    [Fact]
    public void What_cannot_be_computed_is_NaN_and_never_0()
    {
        RankCase none = RankCase.Of(RankCase.Query([], [1, 2]), RankCase.Query([], []));
        RankCase alone = RankCase.Of(RankCase.Query([1, 2], []));
        RankCase half = RankCase.Of(RankCase.Query([1], [0]), RankCase.Query([], [1]));
        var empty = new QueryRanks([], 5);
        foreach (NaiveMetric naive in NaiveMetric.All(1))
        {
            Assert.Equal([double.NaN, double.NaN], naive.Metric.PerQuery(none.Ranks));
            Assert.Equal(double.NaN, naive.Metric.Of(none.Ranks));
            Assert.Equal(double.NaN, naive.Metric.Of(empty));
            Assert.Empty(naive.Metric.PerQuery(empty));
            Assert.Equal(naive.Metric == RankMetric.Auc, double.IsNaN(naive.Metric.Of(alone.Ranks)));

            // A query without positives does not pull the mean down; where it alone has weight, nothing is left.
            Assert.Equal(1, naive.Metric.Of(half.Ranks));
            Assert.Equal(double.NaN, naive.Metric.Of(half.Ranks, sampleWeight: [0, 1]));
        }
    }

    [Fact]
    public void Names_are_those_of_the_field() => Assert.Equal(
        [
            "mrr", "mean_rank", "median_rank", "auc", "top_10_categorical_accuracy", "recall_at_10", "recall_at_10_capped", "precision_at_10", "ndcg_at_10",
            "map_at_10",
        ],
        NaiveMetric.All(10).Select(naive => naive.Metric.ToString()));

    [Fact]
    public void Bad_arguments_are_refused_with_what_came_and_what_was_expected()
    {
        var two = new QueryRanks([new(0, 0), new(1, 0)], 2);
        foreach (Func<int, RankMetric> factory in (Func<int, RankMetric>[])
            [RankMetric.TopKAccuracy, k => RankMetric.Recall(k), RankMetric.Precision, RankMetric.Ndcg, RankMetric.MeanAveragePrecision])
        {
            Refusal.Of<ArgumentOutOfRangeException>(() => factory(0), "k is 0; expected at least 1", "'k'");
            Refusal.Of<ArgumentOutOfRangeException>(() => factory(-3), "k is -3");
        }

        RankMetric metric = RankMetric.ReciprocalRank;
        Refusal.Of<ArgumentNullException>(() => metric.Of(null!), "ranks");
        Refusal.Of<ArgumentNullException>(() => metric.PerQuery(null!), "ranks");
        Refusal.Of<ArgumentOutOfRangeException>(() => metric.Of(two, (TiePolicy)7), "policy is 7; expected Expected, Optimistic or Pessimistic");
        Refusal.Of<ArgumentOutOfRangeException>(() => metric.PerQuery(two, (TiePolicy)(-1)), "policy is -1");
        Refusal.Of<ArgumentException>(() => metric.Of(two, sampleWeight: [1]), "sampleWeight must be one for each of the 2 queries, not 1");
        Refusal.Of<ArgumentException>(() => metric.Of(two, sampleWeight: [1, -0.5f]), "sampleWeight must be finite and not negative, but number 1 is -0.5");
        Refusal.Of<ArgumentException>(() => metric.Of(two, sampleWeight: [float.NaN, 1]), "sampleWeight", "number 0 is NaN");
        Refusal.Of<ArgumentException>(() => metric.Of(two, sampleWeight: [float.PositiveInfinity, 1]), "sampleWeight", "number 0 is Infinity");
        Refusal.Of<ArgumentException>(() => metric.Of(two, sampleWeight: [0, 0]), "sampleWeight is 0 for every query; expected a weight above 0");
    }

    private static void Same(string what, double expected, double actual) => Assert.True(
        Math.Abs(expected - actual) <= 1e-12 * Math.Max(1, Math.Abs(expected)) || (double.IsNaN(expected) && double.IsNaN(actual)),
        FormattableString.Invariant($"{what}: expected {expected}, got {actual}"));
}
