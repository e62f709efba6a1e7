using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Tests.Metrics;

public class RankMetricsTests
{
    [Property]
    public void Top_k_accuracy_equals_the_mean_over_every_placement_of_the_positive(
        NonEmptyArray<(byte Above, byte Tied, byte Weight)> queries, PositiveInt k)
    {
        foreach (TiePolicy policy in Enum.GetValues<TiePolicy>())
        {
            (RankCounts[] ranks, float[] weights) = Split(queries.Get);
            double expected = Enumerate(ranks, weights, policy, place => place <= k.Get ? 1 : 0);
            Assert.Equal(expected, RankMetrics.TopKAccuracy(ranks, k.Get, policy, weights), 1e-12);
        }
    }

    [Property]
    public void Mean_reciprocal_rank_equals_the_mean_over_every_placement_of_the_positive(
        NonEmptyArray<(byte Above, byte Tied, byte Weight)> queries)
    {
        foreach (TiePolicy policy in Enum.GetValues<TiePolicy>())
        {
            (RankCounts[] ranks, float[] weights) = Split(queries.Get);
            double expected = Enumerate(ranks, weights, policy, place => 1.0 / place);
            Assert.Equal(expected, RankMetrics.MeanReciprocalRank(ranks, policy, weights), 1e-12);
        }
    }

    [Property]
    public void Without_weights_all_queries_count_alike(NonEmptyArray<(byte Above, byte Tied, byte Weight)> queries)
    {
        (RankCounts[] ranks, _) = Split(queries.Get);
        float[] ones = new float[ranks.Length];
        Array.Fill(ones, 1);
        Assert.Equal(RankMetrics.TopKAccuracy(ranks, 10), RankMetrics.TopKAccuracy(ranks, 10, TiePolicy.Expected, ones));
        Assert.Equal(RankMetrics.MeanReciprocalRank(ranks), RankMetrics.MeanReciprocalRank(ranks, TiePolicy.Expected, ones));
    }

    [Property]
    public void Expected_lies_between_pessimistic_and_optimistic(
        NonEmptyArray<(byte Above, byte Tied, byte Weight)> queries, PositiveInt k)
    {
        (RankCounts[] ranks, _) = Split(queries.Get);
        Assert.InRange(
            RankMetrics.TopKAccuracy(ranks, k.Get),
            RankMetrics.TopKAccuracy(ranks, k.Get, TiePolicy.Pessimistic) - 1e-12,
            RankMetrics.TopKAccuracy(ranks, k.Get, TiePolicy.Optimistic) + 1e-12);
        Assert.InRange(
            RankMetrics.MeanReciprocalRank(ranks),
            RankMetrics.MeanReciprocalRank(ranks, TiePolicy.Pessimistic) - 1e-12,
            RankMetrics.MeanReciprocalRank(ranks, TiePolicy.Optimistic) + 1e-12);
    }

    [Theory]
    [InlineData(0, 511)]
    [InlineData(0, 512)]
    [InlineData(0, 39_999)]
    [InlineData(63, 600)]
    [InlineData(64, 600)]
    [InlineData(65, 600)]
    [InlineData(1_000, 600)]
    [InlineData(39_000, 600)]
    [InlineData(1_000_000_000, 1_000)]
    [InlineData(2_000_000_000, 2_000_000)]
    public void Big_tied_blocks_keep_twelve_digits(int above, int tied)
    {
        decimal sum = 0;
        for (long place = (long)above + tied + 1; place > above; place--)
        {
            sum += 1m / place;
        }

        double expected = (double)sum / ((double)tied + 1);
        double actual = RankMetrics.MeanReciprocalRank([new(above, tied)]);
        Assert.InRange(actual / expected, 1 - 1e-12, 1 + 1e-12);
    }

    [Fact]
    public void A_worked_example()
    {
        // Places: 1; 2 or 3; 11 to 20. Top 2: 1, 1/2, 0. The first two reciprocal ranks: 1, (1/2 + 1/3) / 2 = 5/12.
        RankCounts[] ranks = [new(0, 0), new(1, 1), new(10, 9)];
        Assert.Equal(0.5, RankMetrics.TopKAccuracy(ranks, 2), 1e-15);
        Assert.Equal(2.0 / 3, RankMetrics.TopKAccuracy(ranks, 2, TiePolicy.Optimistic), 1e-15);
        Assert.Equal(1.0 / 3, RankMetrics.TopKAccuracy(ranks, 2, TiePolicy.Pessimistic), 1e-15);
        Assert.Equal((1 + 5.0 / 12) / 2, RankMetrics.MeanReciprocalRank(ranks, sampleWeight: [1, 1, 0]), 1e-15);
    }

    [Fact]
    public void Counts_at_the_end_of_the_range_do_not_overflow()
    {
        RankCounts[] ranks = [new(int.MaxValue, int.MaxValue)];
        Assert.Equal(0, RankMetrics.TopKAccuracy(ranks, int.MaxValue));
        Assert.Equal(Math.Log(2) / int.MaxValue, RankMetrics.MeanReciprocalRank(ranks), 1e-18);
    }

    [Fact]
    public void Bad_arguments_are_refused_with_what_came_and_what_was_expected()
    {
        RankCounts[] two = [new(0, 0), new(1, 0)];
        Refused<ArgumentException>("ranks has no queries", () => RankMetrics.TopKAccuracy([], 1));
        Refused<ArgumentException>("ranks has no queries", () => RankMetrics.MeanReciprocalRank([]));
        Refused<ArgumentOutOfRangeException>("k is 0; expected at least 1", () => RankMetrics.TopKAccuracy(two, 0));
        Refused<ArgumentException>("ranks[0] is RankCounts { Above = -1", () => RankMetrics.TopKAccuracy([new(-1, 0)], 1));
        Refused<ArgumentException>("ranks[0] is RankCounts { Above = 0", () => RankMetrics.MeanReciprocalRank([new(0, -1)]));
        Refused<ArgumentOutOfRangeException>("policy is 7", () => RankMetrics.TopKAccuracy(two, 1, (TiePolicy)7));
        Refused<ArgumentException>("sampleWeight has 1 entries; expected one per query, 2", () => RankMetrics.TopKAccuracy(two, 1, sampleWeight: [1]));
        Refused<ArgumentException>("sampleWeight[1] is -0.5", () => RankMetrics.TopKAccuracy(two, 1, sampleWeight: [1, -0.5f]));
        Refused<ArgumentException>("sampleWeight[0] is NaN", () => RankMetrics.TopKAccuracy(two, 1, sampleWeight: [float.NaN, 1]));
        Refused<ArgumentException>("sampleWeight is 0 for every query", () => RankMetrics.TopKAccuracy(two, 1, sampleWeight: [0, 0]));
    }

    private static void Refused<TException>(string message, Func<double> call)
        where TException : ArgumentException =>
        Assert.Contains(message, Assert.Throws<TException>(() => call()).Message, StringComparison.Ordinal);

    private static (RankCounts[] Ranks, float[] Weights) Split((byte Above, byte Tied, byte Weight)[] queries)
    {
        var ranks = new RankCounts[queries.Length];
        var weights = new float[queries.Length];
        for (int i = 0; i < queries.Length; i++)
        {
            ranks[i] = new(queries[i].Above, queries[i].Tied);
            weights[i] = queries[i].Weight / 4f;
        }

        // All weights 0 is refused, so one query always counts.
        weights[0] += 1;
        return (ranks, weights);
    }

    private static double Enumerate(RankCounts[] ranks, float[] weights, TiePolicy policy, Func<int, double> gain)
    {
        double sum = 0;
        double total = 0;
        for (int query = 0; query < ranks.Length; query++)
        {
            int first = ranks[query].Above + 1;
            int last = first + ranks[query].Tied;
            if (policy == TiePolicy.Optimistic)
            {
                last = first;
            }
            else if (policy == TiePolicy.Pessimistic)
            {
                first = last;
            }

            double placements = 0;
            for (int place = first; place <= last; place++)
            {
                placements += gain(place);
            }

            sum += weights[query] * placements / (last - first + 1);
            total += weights[query];
        }

        return sum / total;
    }
}
