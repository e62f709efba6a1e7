using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class BootstrapTests
{
    private static readonly RankMetric Top1 = RankMetric.TopKAccuracy(1);

    [Fact]
    public void The_interval_of_a_share_is_that_of_its_normal_approximation()
    {
        // 600 of 2000 queries hit: 0.3 ± z · √(0.3 · 0.7 / 2000), z = 1.96 for 95 % and 1.2816 for 80 %.
        QueryRanks ranks = Ranks(2000, query => query % 10 < 3 ? 0 : 5);
        double error = Math.Sqrt(0.21 / 2000);
        foreach ((double level, double z) in ((double, double)[])[(0.95, 1.95996), (0.8, 1.28155)])
        {
            ConfidenceInterval interval = Bootstrap.Interval(Top1, ranks, level, resamples: 2000, seed: 4);
            Assert.Equal(0.3, interval.Estimate, 1e-12);
            Assert.InRange(interval.High - 0.3, 0.9 * z * error, 1.1 * z * error);
            Assert.InRange(0.3 - interval.Low, 0.9 * z * error, 1.1 * z * error);
        }
    }

    [Fact]
    public void Nineteen_of_twenty_intervals_cover_the_truth()
    {
        // Places are uniform over 1 to 20: their mean is 10.5. Of 300 intervals 285 should cover it; 266 to 299 is five deviations and the small sample's bias.
        var draw = new Draw(51, 12);
        int covered = 0;
        for (int sample = 0; sample < 300; sample++)
        {
            QueryRanks ranks = Ranks(60, _ => draw.Below(20));
            ConfidenceInterval interval = Bootstrap.Interval(RankMetric.MeanRank, ranks, resamples: 199, seed: (ulong)sample);
            covered += interval.Low <= 10.5 && 10.5 <= interval.High ? 1 : 0;
        }

        Assert.InRange(covered, 266, 299);
    }

    [Fact]
    public void Every_metric_s_interval_holds_its_figure_and_narrows_with_more_queries()
    {
        // Fixed draws: for others a statement about chance would fail now and then.
        var draw = new Draw(54, 12);
        QueryRanks few = Ranks(100, _ => draw.Below(12));
        QueryRanks many = Ranks(2500, _ => draw.Below(12));
        foreach (NaiveMetric naive in NaiveMetric.All(3))
        {
            ConfidenceInterval wide = Bootstrap.Interval(naive.Metric, few);
            ConfidenceInterval narrow = Bootstrap.Interval(naive.Metric, many);
            Assert.Equal(naive.Metric.Of(few), wide.Estimate);
            Assert.Equal(naive.Metric.Of(many), narrow.Estimate);
            Assert.InRange(wide.Estimate, wide.Low, wide.High);
            Assert.InRange(narrow.Estimate, narrow.Low, narrow.High);

            // By a factor of √25 for a mean; the median moves by half places and may stand still.
            double ratio = (narrow.High - narrow.Low) / (wide.High - wide.Low);
            Assert.InRange(ratio, naive.Metric == RankMetric.MedianRank ? 0 : 0.15, naive.Metric == RankMetric.MedianRank ? 0.5 : 0.25);
        }
    }

    [Fact]
    public void The_median_of_three_is_drawn_as_often_as_the_binomial_says()
    {
        // Places 1, 2, 3: the median of a resample is 1 in 7 of 27 cases, 3 in 7 of 27. At 40 %, α = 0.3 > 7/27; at 60 %, 0.2 < 7/27.
        QueryRanks ranks = Ranks(3, query => query);
        Assert.Equal(new ConfidenceInterval(2, 2, 2), Bootstrap.Interval(RankMetric.MedianRank, ranks, 0.4, resamples: 5000));
        Assert.Equal(new ConfidenceInterval(2, 1, 3), Bootstrap.Interval(RankMetric.MedianRank, ranks, 0.6, resamples: 5000));
    }

    [Fact]
    public void Arguments_decide_the_result_and_the_seed_is_one_of_them()
    {
        var draw = new Draw(52, 12);
        QueryRanks ranks = Ranks(80, _ => draw.Below(400));
        ConfidenceInterval first = Bootstrap.Interval(RankMetric.ReciprocalRank, ranks, seed: 1);
        Assert.Equal(first, Bootstrap.Interval(RankMetric.ReciprocalRank, ranks, seed: 1));
        Assert.NotEqual(first, Bootstrap.Interval(RankMetric.ReciprocalRank, ranks, seed: 2));
        Assert.NotEqual(first, Bootstrap.Interval(RankMetric.ReciprocalRank, ranks, resamples: 400, seed: 1));
        Assert.Equal(Bootstrap.Interval(RankMetric.ReciprocalRank, ranks), Bootstrap.Interval(RankMetric.ReciprocalRank, ranks, 0.95, 1000, 0));
    }

    [Fact]
    public void Ends_are_the_order_statistics_of_the_resampled_figures()
    {
        // α = k / (B+1) names the k-th from either end. One more resample adds one figure and leaves the others as they are.
        var draw = new Draw(53, 12);
        QueryRanks ranks = Ranks(30, _ => draw.Below(400));
        double[] before = [];
        for (int resamples = 1; resamples <= 12; resamples++)
        {
            double[] figures = new double[resamples];
            for (int k = 1; k <= (resamples + 1) / 2; k++)
            {
                ConfidenceInterval interval = At(k / (resamples + 1.0));
                (figures[k - 1], figures[^k]) = (interval.Low, interval.High);
                Assert.Equal(interval, At((k + 0.4) / (resamples + 1)));
            }

            Assert.Equal(At(1e-9 / (resamples + 1)), At(1 / (resamples + 1.0)));
            Assert.Equal(resamples, figures.Distinct().Count());
            Assert.Equal(figures.Order(), figures);
            Assert.Single(figures.Except(before));
            before = figures;

            ConfidenceInterval At(double tail) => Bootstrap.Interval(RankMetric.MeanRank, ranks, Math.Max(1e-12, 1 - (2 * tail)), resamples);
        }
    }

    [Fact]
    public void Queries_without_value_or_weight_are_not_drawn()
    {
        RankCase some = RankCase.Of(RankCase.Query([1], [0]), RankCase.Query([], [0]), RankCase.Query([1], [2]), RankCase.Query([1], [0]));
        Assert.Equal(new ConfidenceInterval(1, 1, 1), Bootstrap.Interval(Top1, some.Ranks, sampleWeight: [1, 5, 0, 1]));
        Assert.Equal(2 / 3.0, Bootstrap.Interval(Top1, some.Ranks).Estimate, 1e-15);
        Assert.Equal(0.2, Bootstrap.Interval(Top1, some.Ranks, sampleWeight: [1, 1, 8, 1]).Estimate, 1e-15);
        var none = new ConfidenceInterval(double.NaN, double.NaN, double.NaN);
        Assert.Equal(none, Bootstrap.Interval(Top1, some.Ranks.Slice([1, 1])));
        Assert.Equal(none, Bootstrap.Interval(Top1, new QueryRanks([], 3)));
    }

    [Fact]
    public void Weights_travel_with_their_queries()
    {
        // A query of weight 998 beside two of weight 1 decides nearly every resample in which it is drawn: 19 of 27 have a figure over 0.99.
        QueryRanks ranks = Ranks(3, query => query == 0 ? 0 : 5);
        ConfidenceInterval interval = Bootstrap.Interval(Top1, ranks, 0.3, 2000, sampleWeight: [998, 1, 1]);
        Assert.Equal(0.998, interval.Estimate, 1e-12);
        Assert.InRange(interval.Low, 0.99, 1);
        Assert.Equal(0, Bootstrap.Interval(Top1, ranks, 0.5, 2000, sampleWeight: [998, 1, 1]).Low);
    }

    [Fact]
    public void The_tie_policy_is_heeded()
    {
        var ranks = new QueryRanks([new(0, 3), new(0, 3)], 4);
        Assert.Equal(new ConfidenceInterval(1, 1, 1), Bootstrap.Interval(Top1, ranks, policy: TiePolicy.Optimistic));
        Assert.Equal(new ConfidenceInterval(0.25, 0.25, 0.25), Bootstrap.Interval(Top1, ranks));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        QueryRanks ranks = Ranks(3, query => query);
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Interval(null!, ranks), "metric");
        Refusal.Of<ArgumentNullException>(() => Bootstrap.Interval(Top1, (QueryRanks)null!), "ranks");
        foreach (double level in (double[])[0, 1, -0.5, 95, double.NaN])
        {
            Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, ranks, level), FormattableString.Invariant($"level is {level}; expected"));
        }

        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, ranks, resamples: 0), "resamples is 0; expected at least 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, ranks, resamples: int.MaxValue), "resamples is 2147483647; expected");
        Refusal.Of<ArgumentOutOfRangeException>(() => Bootstrap.Interval(Top1, ranks, policy: (TiePolicy)3), "policy is 3");
        Refusal.Of<ArgumentException>(() => Bootstrap.Interval(Top1, ranks, sampleWeight: [1]), "sampleWeight must be one for each of the");
        using var source = new CancellationTokenSource();
        source.Cancel();
        Refusal.Of<OperationCanceledException>(() => Bootstrap.Interval(Top1, ranks, cancellationToken: source.Token));
    }

    private static QueryRanks Ranks(int queries, Func<int, int> above) =>
        new([.. Enumerable.Range(0, queries).Select(query => new RankCounts(above(query), 0))], 1000);
}
