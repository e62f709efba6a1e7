using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>Blocks of thousands and millions of ties: the short cuts agree with the sums they stand for, and take no time.</summary>
public class LongTiesTests
{
    public static TheoryData<int, int, int> Blocks => new()
    {
        { 0, 500, 3 }, { 0, 1500, 2 }, { 0, 5000, 4 }, { 0, 20_000, 30 }, { 0, 30_000, 700 }, { 7, 9000, 5 }, { 100, 40_000, 9 },
        { 3000, 3000, 2 }, { 3000, 3000, 20 }, { 20_000, 2500, 2 }, { 20_000, 2500, 11 }, { 60_000, 9000, 40 }, { 1_000_000, 5000, 3 },
        { 2_000_000_000, 4000, 2 }, { 50, 10_000, 5000 }, { 500, 0, 800 }, { 0, 1, 30_000 }, { 100, 30_000, 200 }, { 1, 999, 2 }, { 1, 1001, 2 },
    };

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
    public void The_reciprocal_rank_of_one_positive_keeps_twelve_digits(int above, int tied)
    {
        decimal sum = 0;
        for (long place = (long)above + tied + 1; place > above; place--)
        {
            sum += 1m / place;
        }

        Close((double)sum / ((double)tied + 1), Value(RankMetric.ReciprocalRank, above, tied, 1));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void The_reciprocal_rank_of_the_first_of_several_is_the_sum_over_its_places(int above, int others, int positives)
    {
        // The chance that places 1 to s-1 are others and place s is not.
        double sum = 0;
        double before = 1;
        double places = (double)others + positives;
        for (int s = 1; s <= others + 1; s++)
        {
            double left = places - s + 1;
            sum += before * (positives / left) / ((double)above + s);
            before *= (left - positives) / left;
        }

        Close(sum, Value(RankMetric.ReciprocalRank, above, others, positives));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Average_precision_is_the_sum_over_the_places(int above, int others, int positives)
    {
        double places = (double)others + positives;
        foreach (int k in (int[])[above + 1, above + (int)(places / 2), int.MaxValue])
        {
            decimal sum = 0;
            int shown = (int)Math.Min(places, (double)k - above);
            for (int s = 1; s <= shown; s++)
            {
                // Two positives stand above the block.
                sum += (3 + ((s - 1) * (positives - 1) / (decimal)(places - 1))) / ((decimal)above + s);
            }

            double expected = (double)sum * positives / places / Math.Min(k, positives + 2);
            var block = new RankBlock(above, others, positives, 2);
            Close(expected, RankMetric.MeanAveragePrecision(k).Value([block], others, TiePolicy.Expected));
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Discounted_gain_is_the_sum_over_the_places(int above, int others, int positives)
    {
        double places = (double)others + positives;
        foreach (int k in (int[])[above + 1, above + (int)(places / 2), int.MaxValue])
        {
            double gain = Discounts(above, (long)Math.Min(places, (double)k - above)) * positives / places;
            Close(gain / Discounts(0, Math.Min(k, positives)), Value(RankMetric.Ndcg(k), above, others, positives));
        }

        static double Discounts(long above, long count)
        {
            decimal sum = 0;
            for (long place = above + count; place > above; place--)
            {
                sum += (decimal)(1 / Math.Log2(1.0 + place));
            }

            return (double)sum;
        }
    }

    [Fact]
    public void A_cut_through_a_long_block_is_the_hypergeometric_chance() => RandomCases.Check(
        draw =>
        {
            (int others, int positives, int above) = (draw.Between(0, 400), draw.Between(1, 400), draw.Between(0, 50));
            int shown = draw.Between(1, others + positives);
            double none = 1;
            for (int i = 0; i < shown; i++)
            {
                none *= Math.Max(0, others - i) / (double)(others + positives - i);
            }

            double chance = Value(RankMetric.TopKAccuracy(above + shown), above, others, positives);
            Assert.Equal(1 - none, chance, 1e-12);
            Assert.InRange(chance, 0, 1);
        },
        cases: 300);

    [Fact]
    public void Small_chances_keep_their_digits()
    {
        // 2 positives among 2^30 places, 3 shown: 1 - (1 - 2/t)(1 - 2/(t-1))(1 - 2/(t-2)), where 1 - ... would keep seven digits.
        const double Places = 1 << 30;
        double expected = (6 / Places) - (6 / (Places * (Places - 1)));
        Close(expected, Value(RankMetric.TopKAccuracy(3), 0, (1 << 30) - 2, 2), 1e-15);
    }

    [Fact]
    public void Blocks_of_a_thousand_million_take_no_time()
    {
        // G(1) = H(t)/t, G(2) = 2 (H(t) − 1) / (t − 1); H(n) = ln n + 0.5772156649015329 + 1/(2n).
        const int Places = 1_000_000_000;
        double harmonic = Math.Log(Places) + 0.5772156649015329 + (0.5 / Places);
        for (int repeat = 0; repeat < 100; repeat++)
        {
            Close(harmonic / Places, Value(RankMetric.ReciprocalRank, 0, Places - 1, 1));
            Close(2 * (harmonic - 1) / (Places - 1), Value(RankMetric.ReciprocalRank, 0, Places - 2, 2));

            // Far down the list 1/(a+S) hardly varies: 1/(a + E[S]) up to (t/a)² / 12.
            double far = Value(RankMetric.ReciprocalRank, 2_000_000_000, 20_000_000, 5);
            Assert.Equal(1 / (2_000_000_000 + (20_000_006 / 6.0)), far, 1e-5 / 2_000_000_000);

            // Σ 1/log2(1+p) over 1..n by the logarithmic integral li(n) ≈ n / ln n · (1 + 1/ln n + 2/ln² n + ...): between its first terms.
            double ndcg = Value(RankMetric.Ndcg(int.MaxValue), 0, Places - 1, 1) / Math.Log(2);
            Assert.InRange(ndcg, 1 / Math.Log(Places) * (1 + (1 / Math.Log(Places))), 1 / Math.Log(Places) * (1 + (1.2 / Math.Log(Places))));

            // r/t · Σ (1 + (s−1)(r−1)/(t−1)) / s, which is (H + (t − H)(r−1)/(t−1)) · r/t.
            double precision = (harmonic + ((Places - harmonic) * 999 / (Places - 1))) / Places;
            Close(precision, Value(RankMetric.MeanAveragePrecision(int.MaxValue), 0, Places - 1000, 1000), 1e-11);
            Close((Places - 1.0) / Places, 1 - Value(RankMetric.TopKAccuracy(1), 0, Places - 1, 1));
        }
    }

    [Fact]
    public void Counts_at_the_end_of_the_range_do_not_overflow()
    {
        // 1/(2^30+1) + ... + 1/(2^31−1) = ln 2 − (3/4) 2^-30 up to 2^-62, divided by 2^30 − 1 places.
        var ranks = new QueryRanks([new(1 << 30, (1 << 30) - 2)], int.MaxValue);
        Assert.Equal(0, RankMetric.TopKAccuracy(1 << 30).Of(ranks));
        Assert.Equal(1, RankMetric.TopKAccuracy(int.MaxValue).Of(ranks));
        Close((Math.Log(2) - (0.75 / (1 << 30))) / ((1 << 30) - 1), RankMetric.ReciprocalRank.Of(ranks));
        Close((1L << 30) + (1L << 29), RankMetric.MeanRank.Of(ranks));
        Close(int.MaxValue, RankMetric.MeanRank.Of(ranks, TiePolicy.Pessimistic));
        Close(((1 << 29) - 1) / (double)(int.MaxValue - 1), RankMetric.Auc.Of(ranks));
    }

    private static double Value(RankMetric metric, int above, int others, int positives) =>
        metric.Value([new RankBlock(above, others, positives, 0)], above + others, TiePolicy.Expected);

    private static void Close(double expected, double actual, double tolerance = 1e-12) => Assert.True(
        Math.Abs(actual / expected - 1) <= tolerance, FormattableString.Invariant($"expected {expected}, got {actual}, off by a factor of 1 + {actual / expected - 1}"));
}
