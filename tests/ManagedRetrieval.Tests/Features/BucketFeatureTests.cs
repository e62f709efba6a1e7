using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

public sealed class BucketFeatureTests
{
    private static readonly double[] Extremes =
        [double.NegativeInfinity, -double.MaxValue, -1, -double.Epsilon, -0.0, 0.0, double.Epsilon, 1, double.MaxValue, double.PositiveInfinity];

    [Property]
    public void The_id_counts_the_boundaries_that_are_not_above(double[] numbers, double[] asked)
    {
        double[] boundaries = [.. numbers.Where(double.IsFinite).Distinct().Order()];
        var feature = new BucketFeature(boundaries);

        Assert.Equal(boundaries.Length + 2, feature.RowCount);
        Assert.Equal(boundaries, feature.Boundaries);
        Assert.All(
            [.. asked, .. boundaries, .. Extremes, double.NaN],
            x => Assert.Equal(double.IsNaN(x) ? 0 : 1 + boundaries.Count(boundary => boundary <= x), Encoded.Id(feature, x)));
    }

    [Property]
    public void Fitted_boundaries_are_those_of_the_definition(double[] values, PositiveInt most)
    {
        int buckets = 1 + (most.Get % 12);
        double[] sorted = [.. values.Append(0.5).Where(x => !double.IsNaN(x)).Order()];
        IEnumerable<double> expected = Enumerable.Range(1, buckets - 1).Select(i => sorted[(int)Math.Floor((decimal)i * sorted.Length / buckets)])
            .Where(x => double.IsFinite(x) && x > sorted[0]).Distinct();

        Assert.Equal(expected, BucketFeature.Fit(values.Append(0.5), buckets).Boundaries);
    }

    [Fact]
    public void Ranges_hold_equally_many_of_distinct_values_and_none_is_ever_empty() => RandomCases.Check(draw =>
    {
        int count = draw.Length();
        int buckets = draw.Between(1, 8);
        bool distinct = draw.Bool();
        double[] values = distinct ? draw.Values(count, Domain.Distinct) : [.. Enumerable.Range(0, count).Select(_ => (double)draw.Between(0, 4))];
        BucketFeature feature = BucketFeature.Fit(values, buckets);
        int[] sizes = new int[feature.RowCount];
        foreach (double value in values)
        {
            sizes[Encoded.Id(feature, value)]++;
        }

        Assert.Equal(0, sizes[0]);
        Assert.All(sizes[1..], size => Assert.True(size > 0));
        if (distinct && count >= buckets)
        {
            Assert.Equal(buckets, sizes.Length - 1);
            Assert.All(sizes[1..], size => Assert.InRange(size, count / buckets, (count + buckets - 1) / buckets));
        }
    }, size: 60);

    [Fact]
    public void The_order_of_the_values_does_not_matter_to_the_bit() => RandomCases.Check(draw =>
    {
        double[] values = [.. Enumerable.Range(0, draw.Length()).Select(_ => draw.OneOf(Extremes) * draw.OneOf(1, 0.0, -0.0)), 0.0, -0.0, -3];
        double[] other = [.. values.OrderBy(_ => draw.Uniform())];

        Assert.Equal(
            BucketFeature.Fit(values, 5).Boundaries.Select(BitConverter.DoubleToInt64Bits),
            BucketFeature.Fit(other, 5).Boundaries.Select(BitConverter.DoubleToInt64Bits));
    }, size: 40);

    [Fact]
    public void A_frequent_value_takes_one_range_and_the_others_share_the_rest()
    {
        Assert.Equal([5, 7], BucketFeature.Fit([0, 0, 0, 0, 5, 6, 7, 8], 4).Boundaries);
        Assert.Empty(BucketFeature.Fit([3, 3, 3, double.NaN], 10).Boundaries);
    }

    [Fact]
    public void Infinite_values_count_but_bound_nothing()
    {
        BucketFeature feature = BucketFeature.Fit([double.NegativeInfinity, 1, 2, double.PositiveInfinity, double.PositiveInfinity, double.NaN], 5);

        Assert.Equal([1, 2], feature.Boundaries);
        Assert.Equal(1, Encoded.Id(feature, double.NegativeInfinity));
        Assert.Equal(3, Encoded.Id(feature, double.PositiveInfinity));
    }

    [Fact]
    public void Encoding_allocates_nothing_the_second_time()
    {
        var feature = new BucketFeature(1, 2, 3);
        var rows = new RaggedIds();
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            rows.Clear();
            feature.Encode(1.5, rows);
            feature.Encode(double.NaN, rows);
        }));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Encoded.UnderCulture("tr-TR", () =>
        {
            Refusal.Of<ArgumentException>(() => _ = new BucketFeature(1.5, 1.5), "Boundary 1 is 1.5, expected a finite number greater than 1.5.");
            Refusal.Of<ArgumentException>(() => _ = new BucketFeature(2.5, 1.5), "Boundary 1 is 1.5, expected a finite number greater than 2.5.");
        });
        Assert.Throws<ArgumentException>("boundaries", () => new BucketFeature(double.NaN));
        Assert.Throws<ArgumentException>("boundaries", () => new BucketFeature(0, double.PositiveInfinity));
        Assert.Throws<ArgumentException>("boundaries", () => new BucketFeature(-0.0, 0.0));
        Assert.Throws<ArgumentException>("values", () => BucketFeature.Fit([], 3));
        Assert.Throws<ArgumentException>("values", () => BucketFeature.Fit([double.NaN], 3));
        Assert.Throws<ArgumentNullException>("values", () => BucketFeature.Fit(null!, 3));
        Assert.Throws<ArgumentOutOfRangeException>("buckets", () => BucketFeature.Fit([1], 0));
        Assert.Throws<ArgumentNullException>("destination", () => new BucketFeature().Encode(1, null!));
    }
}
