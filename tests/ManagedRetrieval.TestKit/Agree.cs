using System.Globalization;
using System.Numerics;

namespace ManagedRetrieval.TestKit;

/// <summary>Comparisons whose failure prints both numbers.</summary>
public static class Agree
{
    /// <summary>‖actual − expected‖ / max(‖expected‖, <paramref name="floor"/>) ≤ <paramref name="tolerance"/>; infinities must match exactly.</summary>
    public static void InNorm<T>(string what, ReadOnlySpan<double> expected, ReadOnlySpan<T> actual, double tolerance, double floor = 1e-6)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} numbers expected, {actual.Length} came");
        double difference = 0, norm = 0, worst = -1;
        int where = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double value = double.CreateChecked(actual[i]);
            if (double.IsInfinity(expected[i]))
            {
                Assert.True(value == expected[i], $"{what}[{i}]: expected {expected[i]}, got {value}");
                continue;
            }

            double error = Math.Abs(expected[i] - value);
            difference += error * error;
            norm += expected[i] * expected[i];
            if (!(error <= worst))
            {
                (worst, where) = (error, i);
            }
        }

        double relative = Math.Sqrt(difference) / Math.Max(Math.Sqrt(norm), floor);
        if (!(relative <= tolerance))
        {
            Assert.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: relative error {relative:g3} over {tolerance:g3}; worst at {where}: expected {expected[where]:g17}, got {actual[where]:g17}"));
        }
    }

    /// <summary>The same bits everywhere.</summary>
    public static void Exactly<T>(string what, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} numbers expected, {actual.Length} came");
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(double.CreateChecked(expected[i])) != BitConverter.DoubleToInt64Bits(double.CreateChecked(actual[i])))
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}[{i}]: expected exactly {expected[i]:g17}, got {actual[i]:g17}"));
            }
        }
    }
}
