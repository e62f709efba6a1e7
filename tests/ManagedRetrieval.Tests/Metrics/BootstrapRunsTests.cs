using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>Intervals of a method that was run several times.</summary>
public class BootstrapRunsTests
{
    private static readonly RankMetric Top1 = RankMetric.TopKAccuracy(1);

    [Fact]
    public void One_run_gives_the_bits_of_the_interval_of_its_ranks() => RandomCases.Check(draw =>
    {
        QueryRanks ranks = RankCase.Tied(draw, draw.Length(2), 5).Ranks;
        foreach (NaiveMetric naive in NaiveMetric.All(2))
        {
            Assert.Equal(
                Bootstrap.Interval(naive.Metric, ranks, 0.8, 30, draw.Seed, TiePolicy.Pessimistic),
                Bootstrap.Interval(naive.Metric, [ranks], 0.8, 30, draw.Seed, TiePolicy.Pessimistic));
        }
    });

    [Fact]
    public void The_ends_are_those_of_all_possible_resamples_of_the_queries_mean_values() => RandomCases.Check(
        draw =>
        {
            // Three queries make 27 resamples of equal chance; see the test of differences for the level.
            bool median = draw.Bool();
            RankMetric metric = median ? RankMetric.MedianRank : RankMetric.ReciprocalRank;
            QueryRanks[] runs = [.. Enumerable.Range(0, draw.Between(1, 4)).Select(_ => Places(draw, 3))];
            double[] means = [.. Enumerable.Range(0, 3).Select(query => runs.Average(run => metric.PerQuery(run)[query]))];
            double[] figures = [.. Enumerable.Range(0, 27).Select(i => Figure([means[i % 3], means[i / 3 % 3], means[i / 9]])).Order()];
            ConfidenceInterval interval = Bootstrap.Interval(metric, runs, 1 - (2 * 7.5 / 27), 20_000, draw.Seed);
            Assert.Equal(Figure(means), interval.Estimate, 1e-12);
            Assert.Equal(figures[7], interval.Low, 1e-12);
            Assert.Equal(figures[^8], interval.High, 1e-12);

            double Figure(double[] values) => median ? values.Order().ElementAt(1) : values.Average();
        },
        cases: 40);

    [Fact]
    public void The_estimate_of_a_mean_is_the_mean_of_the_runs_figures_whatever_their_order()
    {
        var draw = new Draw(6, 12);
        QueryRanks[] runs = [.. Enumerable.Range(0, 5).Select(_ => Places(draw, 100))];
        RankMetric metric = RankMetric.Ndcg(10);
        ConfidenceInterval interval = Bootstrap.Interval(metric, runs);
        Assert.Equal(runs.Average(run => metric.Of(run)), interval.Estimate, 1e-12);
        Assert.InRange(interval.Estimate, interval.Low, interval.High);
        ConfidenceInterval back = Bootstrap.Interval(metric, [.. runs.Reverse()]);
        Assert.Equal(interval.Low, back.Low, 1e-12);
        Assert.Equal(interval.High, back.High, 1e-12);
    }

    [Fact]
    public void A_query_counts_where_every_run_has_a_value()
    {
        // The AUC of a query without negatives is no number.
        RankCase alone = RankCase.Of(RankCase.Query([1], []), RankCase.Query([1], [0])), beaten = RankCase.Of(RankCase.Query([1], [2]), RankCase.Query([1], [0]));
        Assert.Equal(new ConfidenceInterval(1, 1, 1), Bootstrap.Interval(RankMetric.Auc, [alone.Ranks, beaten.Ranks]));
        Assert.Equal(0.5, Bootstrap.Interval(RankMetric.Auc, [beaten.Ranks, beaten.Ranks]).Estimate);
        var none = new ConfidenceInterval(double.NaN, double.NaN, double.NaN);
        Assert.Equal(none, Bootstrap.Interval(RankMetric.Auc, [alone.Ranks.Slice([0]), beaten.Ranks.Slice([0])]));
        Assert.Equal(none, Bootstrap.Interval(Top1, [new QueryRanks([], 3)]));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        QueryRanks ranks = Places(new Draw(1, 4), 3);
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Interval(null!, [ranks]), "metric");
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Interval(Top1, (IReadOnlyList<QueryRanks>)null!), "runs");
        Refusal.Of<ArgumentException>(() => Bootstrap.Interval(Top1, (IReadOnlyList<QueryRanks>)[]), "runs must have at least one run");
        Refusal.Of<ArgumentException>(() => Bootstrap.Interval(Top1, [ranks, null!]), "runs must not hold null, but number 1 is");
        Refusal.Of<ArgumentException>(() => Bootstrap.Interval(Top1, [ranks, Places(new Draw(1, 4), 2)]), "runs must rank the same 3 queries as the first run, but number 1 has 2");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, [ranks], 1), "level is 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, [ranks], resamples: 0), "resamples is 0");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, [ranks], policy: (TiePolicy)3), "policy is 3");
        using var source = new CancellationTokenSource();
        source.Cancel();
        Refusal.Of<OperationCanceledException>(() => Bootstrap.Interval(Top1, [ranks], cancellationToken: source.Token));
    }

    private static QueryRanks Places(Draw draw, int queries) => new([.. Enumerable.Range(0, queries).Select(_ => new RankCounts(draw.Below(400), 0))], 1000);
}
