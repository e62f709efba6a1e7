using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

public sealed class NumberFeatureTests
{
    private static readonly NumberFeatureOptions Log = new() { Transform = NumberTransform.Log };

    [Fact]
    public void Mean_and_deviation_are_those_of_two_passes_in_decimal() => RandomCases.Check(draw =>
    {
        double shift = draw.OneOf(0, 1, -1e6, 1e9);
        double[] values = [.. draw.Values(draw.Length()).Select(value => value + shift)];
        decimal mean = values.Sum(value => (decimal)value) / values.Length;
        double deviation = Math.Sqrt((double)(values.Sum(value => ((decimal)value - mean) * ((decimal)value - mean)) / values.Length));

        NumberFeature feature = NumberFeature.Fit(values.SelectMany(value => (double[])[value, double.NaN]));

        Assert.Equal((double)mean, feature.Mean, Math.Abs((double)mean) * 1e-14 + 1e-14);

        // Decimal holds 15 digits of a double, so this is what 1e9 leaves of differences near 1.
        Assert.Equal(deviation, feature.Deviation, Math.Max(1e-12 * deviation, 1e-14 * Math.Abs(shift)));
    }, size: 50);

    [Fact]
    public void Training_values_come_out_with_mean_0_and_deviation_1() => RandomCases.Check(draw =>
    {
        var options = new NumberFeatureOptions { Transform = draw.OneOf(NumberTransform.None, NumberTransform.Log) };
        double scale = draw.OneOf(1e-30, 1, 1e30);
        double[] values = [.. draw.Values(draw.Length(minimum: 2), Domain.Distinct).Select(value => value * scale)];
        NumberFeature feature = NumberFeature.Fit(values, options);
        double[] results = [.. values.Select(value => (double)Encoded.Numbers(feature, value)[0])];

        Assert.Equal(0, results.Average(), 1e-6);
        Assert.Equal(1, results.Average(result => result * result), 1e-5);
    }, size: 50);

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1e9 + 1.0 / 3)]
    [InlineData(double.MaxValue)]
    [InlineData(double.Epsilon)]
    public void A_constant_column_gives_0_for_every_number(double value)
    {
        NumberFeature feature = NumberFeature.Fit([value, value, double.NaN, value]);

        Assert.Equal(value, feature.Mean);
        Assert.Equal(0, feature.Deviation);
        Assert.All((double[])[value, -5, 1e300, double.NegativeInfinity], x => Assert.Equal([0, 0], Encoded.Numbers(feature, x)));
        Assert.Equal([0, 1], Encoded.Numbers(feature, double.NaN));
    }

    [Fact]
    public void A_missing_number_is_the_mean_and_says_so()
    {
        NumberFeature feature = NumberFeature.Fit([1, 3]);

        Assert.Equal([0, 1], Encoded.Numbers(feature, double.NaN));
        Assert.Equal([0, 0], Encoded.Numbers(feature, 2));
        Assert.Equal([1, 0], Encoded.Numbers(feature, 3));
        Assert.Equal([-3, 0], Encoded.Numbers(feature, -1));
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, 0.69314718055994531)]
    [InlineData(-1.0, -0.69314718055994531)]
    [InlineData(1e-10, 9.9999999995e-11)]
    [InlineData(-1e-300, -1e-300)]
    [InlineData(1e300, 690.7755278982137)]
    [InlineData(double.MaxValue, 709.782712893384)]
    public void The_logarithm_keeps_its_digits_near_0_and_far_from_it(double x, double expected) =>
        Assert.Equal(expected, NumberFeature.Fit([x], Log).Mean, Math.Abs(expected) * 1e-15);

    [Fact]
    public void The_logarithm_is_odd_and_rises() => RandomCases.Check(draw =>
    {
        double x = Math.Exp(draw.Uniform(-40, 40));
        var feature = new NumberFeature(0, 1, Log);
        float[] result = Encoded.Numbers(feature, x);

        Assert.Equal(result[0], -Encoded.Numbers(feature, -x)[0]);
        Assert.True(result[0] <= Encoded.Numbers(feature, x * 1.001)[0]);
        Assert.Equal((float)double.LogP1(x), result[0], 1e-6f * (1 + result[0]));
    });

    [Fact]
    public void Results_are_limited_by_the_clip_and_infinite_ones_too()
    {
        var feature = new NumberFeature(10, 2, new() { Clip = 1.5 });

        Assert.Equal([1.5f, 0], Encoded.Numbers(feature, double.PositiveInfinity));
        Assert.Equal([-1.5f, 0], Encoded.Numbers(feature, double.MinValue));
        Assert.Equal([1.5f, 0], Encoded.Numbers(feature, 13.1));
        Assert.Equal([1.25f, 0], Encoded.Numbers(feature, 12.5));
        var log = new NumberFeature(0, 1, new() { Transform = NumberTransform.Log, Clip = 800 });
        Assert.Equal([800, 0], Encoded.Numbers(log, double.PositiveInfinity));
        Assert.Equal([-800, 0], Encoded.Numbers(log, double.NegativeInfinity));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e39)]
    [InlineData(double.MinValue)]
    public void What_float_cannot_hold_is_refused_and_nothing_is_written(double x)
    {
        float[] destination = [7, 7];
        Assert.Throws<ArgumentOutOfRangeException>("input", () => new NumberFeature(0, 1).Encode(x, destination));
        Assert.Equal([7, 7], destination);
    }

    [Fact]
    public void A_destination_of_another_length_is_refused() => Encoded.RefusesOtherLengths(new NumberFeature(0, 1), 3.0);

    [Fact]
    public void Encoding_allocates_nothing()
    {
        var feature = new NumberFeature(1, 2, Log);
        float[] destination = new float[2];
        Assert.Equal(0, Allocated.ByOneOf(() => feature.Encode(5, destination)));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Encoded.UnderCulture("tr-TR", () =>
            Refusal.Of<ArgumentException>(() => NumberFeature.Fit([1, double.NaN, double.NegativeInfinity]), "Value 2 is -Infinity, expected a finite number"));
        Assert.Throws<ArgumentException>("values", () => NumberFeature.Fit([]));
        Assert.Throws<ArgumentException>("values", () => NumberFeature.Fit([double.NaN]));
        Assert.Throws<ArgumentException>("values", () => NumberFeature.Fit([double.MaxValue, double.MinValue]));
        Assert.Throws<ArgumentException>("values", () => NumberFeature.Fit([1e200, 3e200]));
        Assert.True(NumberFeature.Fit([double.MaxValue, double.MinValue], Log).Deviation > 0);
        Assert.Throws<ArgumentNullException>("values", () => NumberFeature.Fit(null!));
        Assert.Throws<ArgumentOutOfRangeException>("mean", () => new NumberFeature(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>("deviation", () => new NumberFeature(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("deviation", () => new NumberFeature(0, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>("Transform", () => new NumberFeature(0, 1, new() { Transform = (NumberTransform)2 }));
        foreach (double clip in (double[])[0, -1, double.NaN, double.PositiveInfinity, 1e39])
        {
            Assert.Throws<ArgumentOutOfRangeException>("Clip", () => new NumberFeature(0, 1, new() { Clip = clip }));
        }
    }
}
