using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class BootstrapDifferenceTests
{
    private static readonly RankMetric Top1 = RankMetric.TopKAccuracy(1);
    private static readonly ConfidenceInterval None = new(double.NaN, double.NaN, double.NaN);

    [Fact]
    public void A_model_is_exactly_no_better_than_itself() => RandomCases.Check(draw =>
    {
        QueryRanks ranks = RankCase.Tied(draw, draw.Length(2), 5).Ranks;
        foreach (NaiveMetric naive in NaiveMetric.All(2))
        {
            ConfidenceInterval interval = Bootstrap.Difference(naive.Metric, ranks, ranks, resamples: 20);
            Assert.Equal(double.IsNaN(naive.Metric.Of(ranks)) ? None : new ConfidenceInterval(0, 0, 0), interval);
        }
    });

    [Fact]
    public void Models_exchanged_change_signs_and_ends_to_the_bit() => RandomCases.Check(draw =>
    {
        (QueryRanks first, QueryRanks second) = (Places(draw, 20), Places(draw, 20));
        foreach (NaiveMetric naive in NaiveMetric.All(3))
        {
            ConfidenceInterval forth = Bootstrap.Difference(naive.Metric, [first, second], [second], 0.8, 50, draw.Seed);
            ConfidenceInterval back = Bootstrap.Difference(naive.Metric, [second], [first, second], 0.8, 50, draw.Seed);
            Assert.Equal(new ConfidenceInterval(-forth.Estimate, -forth.High, -forth.Low), back);
        }
    });

    [Fact]
    public void A_constant_lead_has_an_interval_of_no_width()
    {
        // Every positive stands 2 places further down, whatever the query: the places themselves are all over.
        var draw = new Draw(4, 12);
        int[] above = draw.Ids(200, 900);
        ConfidenceInterval interval = Bootstrap.Difference(RankMetric.MeanRank, Ranks(200, query => above[query] + 2), Ranks(200, query => above[query]));
        Assert.All([interval.Estimate, interval.Low, interval.High], end => Assert.Equal(2, end, 1e-9));
        interval = Bootstrap.Difference(RankMetric.MedianRank, Ranks(200, query => above[query] + 2), Ranks(200, query => above[query]));
        Assert.Equal(new ConfidenceInterval(2, 2, 2), interval);
    }

    [Fact]
    public void The_interval_of_a_paired_difference_is_that_of_its_normal_approximation()
    {
        // +1 for 20 % of 2000 queries, −1 for 10 %: mean 0.1, variance 0.3 − 0.01. Unpaired it would be √(0.24 + 0.21), a quarter wider.
        QueryRanks first = Ranks(2000, query => query % 10 is 0 or 1 or 3 or 4 ? 0 : 5);
        QueryRanks second = Ranks(2000, query => query % 10 is 2 or 3 or 4 ? 0 : 5);
        ConfidenceInterval interval = Bootstrap.Difference(Top1, first, second, resamples: 4000, seed: 2);
        double reach = 1.95996 * Math.Sqrt(0.29 / 2000);
        Assert.Equal(0.1, interval.Estimate, 1e-12);
        Assert.InRange(interval.High - 0.1, 0.93 * reach, 1.07 * reach);
        Assert.InRange(0.1 - interval.Low, 0.93 * reach, 1.07 * reach);
    }

    [Fact]
    public void The_ends_are_those_of_all_possible_resamples()
    {
        // Three queries make 27 resamples of equal chance, of which each figure is made by the plain definition over what was drawn.
        RandomCases.Check(
            draw =>
            {
                bool median = draw.Bool();
                RankMetric metric = median ? RankMetric.MedianRank : RankMetric.ReciprocalRank;
                QueryRanks[] first = [.. Enumerable.Range(0, draw.Between(1, 3)).Select(_ => Places(draw, 3))];
                QueryRanks[] second = [.. Enumerable.Range(0, draw.Between(1, 3)).Select(_ => Places(draw, 3))];
                double[] x = Means(metric, first), y = Means(metric, second);
                double[] figures = [.. Enumerable.Range(0, 27)
                    .Select(i => (int[])[i % 3, i / 3 % 3, i / 9])
                    .Select(drawn => Figure(drawn.Select(query => x[query])) - Figure(drawn.Select(query => y[query])))
                    .Order()];

                // The 8th of 27 begins at 7/27 = 0.26 and ends at 8/27 = 0.296; of 20,000 draws 27.8 % ± 0.3 % lie below its middle.
                ConfidenceInterval interval = Bootstrap.Difference(metric, first, second, 1 - (2 * 7.5 / 27), 20_000, draw.Seed);
                Assert.Equal(Figure(x) - Figure(y), interval.Estimate, 1e-12);
                Assert.Equal(figures[7], interval.Low, 1e-12);
                Assert.Equal(figures[^8], interval.High, 1e-12);

                double Figure(IEnumerable<double> values) => median ? values.Order().ElementAt(1) : values.Average();
            },
            cases: 60);
    }

    [Fact]
    public void Runs_are_averaged_query_by_query()
    {
        var draw = new Draw(6, 12);
        QueryRanks[] runs = [.. Enumerable.Range(0, 5).Select(_ => Places(draw, 100))];
        QueryRanks baseline = Places(draw, 100);
        RankMetric metric = RankMetric.Ndcg(10);
        ConfidenceInterval interval = Bootstrap.Difference(metric, runs, [baseline]);
        Assert.Equal(runs.Average(run => metric.Of(run)) - metric.Of(baseline), interval.Estimate, 1e-12);
        Assert.InRange(interval.Estimate, interval.Low, interval.High);

        // The same run five times is that run.
        ConfidenceInterval five = Bootstrap.Difference(metric, [.. Enumerable.Repeat(runs[0], 5)], [baseline]);
        ConfidenceInterval one = Bootstrap.Difference(metric, runs[0], baseline);
        Assert.Equal(one.Estimate, five.Estimate, 1e-12);
        Assert.Equal(one.Low, five.Low, 1e-12);
        Assert.Equal(one.High, five.High, 1e-12);
    }

    [Fact]
    public void Queries_without_value_or_weight_are_not_drawn()
    {
        RankCase first = RankCase.Of(RankCase.Query([1], [0]), RankCase.Query([], [0]), RankCase.Query([1], [2]), RankCase.Query([1], [0]));
        RankCase second = RankCase.Of(RankCase.Query([1], [2]), RankCase.Query([], [0]), RankCase.Query([1], [0]), RankCase.Query([1], [2]));
        Assert.Equal(new ConfidenceInterval(1, 1, 1), Bootstrap.Difference(Top1, first.Ranks, second.Ranks, sampleWeight: [1, 5, 0, 1]));
        Assert.Equal(1 / 3.0, Bootstrap.Difference(Top1, first.Ranks, second.Ranks).Estimate, 1e-15);
        Assert.Equal(-0.6, Bootstrap.Difference(Top1, first.Ranks, second.Ranks, sampleWeight: [1, 1, 8, 1]).Estimate, 1e-15);
        Assert.Equal(None, Bootstrap.Difference(Top1, first.Ranks.Slice([1, 1]), second.Ranks.Slice([1, 1])));
        Assert.Equal(None, Bootstrap.Difference(Top1, new QueryRanks([], 3), new QueryRanks([], 3)));

        // The AUC of a query without negatives is no number in one of the two, so the query is left out of both.
        RankCase alone = RankCase.Of(RankCase.Query([1], []), RankCase.Query([1], [0]));
        RankCase beaten = RankCase.Of(RankCase.Query([1], [2]), RankCase.Query([1], [0]));
        Assert.Equal(new ConfidenceInterval(0, 0, 0), Bootstrap.Difference(RankMetric.Auc, alone.Ranks, beaten.Ranks));
    }

    [Fact]
    public void Arguments_decide_the_result_and_the_seed_and_policy_are_among_them()
    {
        var draw = new Draw(7, 12);
        (QueryRanks first, QueryRanks second) = (Places(draw, 60), Places(draw, 60));
        ConfidenceInterval interval = Bootstrap.Difference(RankMetric.ReciprocalRank, first, second, seed: 1);
        Assert.Equal(interval, Bootstrap.Difference(RankMetric.ReciprocalRank, first, second, seed: 1));
        Assert.NotEqual(interval, Bootstrap.Difference(RankMetric.ReciprocalRank, first, second, seed: 2));
        var tied = new QueryRanks([new(0, 3), new(0, 3)], 4);
        var ahead = new QueryRanks([new(0, 0), new(0, 0)], 4);
        Assert.Equal(new ConfidenceInterval(0.75, 0.75, 0.75), Bootstrap.Difference(Top1, ahead, tied));
        Assert.Equal(new ConfidenceInterval(0, 0, 0), Bootstrap.Difference(Top1, ahead, tied, policy: TiePolicy.Optimistic));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        QueryRanks ranks = Ranks(3, query => query);
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Difference(null!, ranks, ranks), "metric");
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Difference(Top1, (QueryRanks)null!, ranks), "first");
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Difference(Top1, ranks, null!), "second");
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Difference(Top1, (IReadOnlyList<QueryRanks>)null!, [ranks]), "first");
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Difference(Top1, [ranks], (IReadOnlyList<QueryRanks>)null!), "second");
        Refusal.Of<ArgumentException>(() => Bootstrap.Difference(Top1, [], [ranks]), "first must have at least one run");
        Refusal.Of<ArgumentException>(() => Bootstrap.Difference(Top1, [ranks], [ranks, null!]), "second must not hold null, but number 1 is");
        Refusal.Of<ArgumentException>(() => Bootstrap.Difference(Top1, ranks, Ranks(2, query => query)), "second must rank the same 3 queries as the first run, but number 0 has 2");
        RankCase two = RankCase.Of(RankCase.Query([1], [0]), RankCase.Query([1, 2], [0]), RankCase.Query([1], [0]));
        Refusal.Of<ArgumentException>(() => Bootstrap.Difference(Top1, [ranks, two.Ranks], [ranks]), "in number 1 query 1 has 2 positives, not 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Difference(Top1, ranks, ranks, 1), "level is 1; expected");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Difference(Top1, ranks, ranks, resamples: 0), "resamples is 0");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Difference(Top1, ranks, ranks, policy: (TiePolicy)3), "policy is 3");
        Refusal.Of<ArgumentException>(() => Bootstrap.Difference(Top1, ranks, ranks, sampleWeight: [1]), "sampleWeight must be one for each of the");
        using var source = new CancellationTokenSource();
        source.Cancel();
        Refusal.Of<OperationCanceledException>(() => Bootstrap.Difference(Top1, ranks, ranks, cancellationToken: source.Token));
    }

    private static double[] Means(RankMetric metric, QueryRanks[] runs) =>
        [.. Enumerable.Range(0, runs[0].Count).Select(query => runs.Average(run => metric.PerQuery(run)[query]))];

    private static QueryRanks Places(Draw draw, int queries) => Ranks(queries, _ => draw.Below(400));

    private static QueryRanks Ranks(int queries, Func<int, int> above) =>
        new([.. Enumerable.Range(0, queries).Select(query => new RankCounts(above(query), 0))], 1000);
}
