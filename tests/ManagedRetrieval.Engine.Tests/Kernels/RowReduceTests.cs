using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class RowReduceTests
{
    [Fact]
    public void Sums_and_dots_agree_with_plain_loops_and_have_the_same_bits_at_every_address()
    {
        for (int length = 0; length <= 260; length++)
        {
            Check<float>(length, 1e-6);
            Check<double>(length, 1e-14);
        }
    }

    [Fact]
    public void Each_element_is_added_to_the_lane_of_its_place_and_the_lanes_are_folded_in_halves()
    {
        for (int length = 0; length <= 260; length++)
        {
            CheckOrder<float>(length);
            CheckOrder<double>(length);
        }
    }

    [Fact]
    public void NaN_anywhere_reaches_the_sum()
    {
        for (int i = 0; i < 131; i++)
        {
            float[] x = new float[131];
            x[i] = float.NaN;
            Assert.True(float.IsNaN(RowReduce.Sum<float>(x)), $"a NaN at {i} was lost");
        }
    }

    private static void CheckOrder<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = new Draw((ulong)length, 2);
        T[] x = [.. draw.Values(length, Domain.Any).Select(T.CreateChecked)], y = [.. draw.Values(length, Domain.Any).Select(T.CreateChecked)];
        T[] sums = new T[64], dots = new T[64];
        for (int i = 0; i < length; i++)
        {
            sums[i % 64] += x[i];
            dots[i % 64] = T.FusedMultiplyAdd(x[i], y[i], dots[i % 64]);
        }

        for (int half = 32; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                sums[i] += sums[half + i];
                dots[i] += dots[half + i];
            }
        }

        Agree.Exactly<T>($"{length} numbers", [sums[0], dots[0]], [RowReduce.Sum<T>(x), RowReduce.Dot<T>(x, y)]);
    }

    private static void Check<T>(int length, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = new Draw((ulong)length, 1);
        double[] x = draw.Values(length, Domain.Positive);
        double[] y = draw.Values(length, Domain.Positive);
        (double sum, double dot) = (0, 0);
        for (int i = 0; i < length; i++)
        {
            sum += x[i];
            dot += x[i] * y[i];
        }

        (T firstSum, T firstDot) = (T.Zero, T.Zero);
        for (int offset = 0; offset <= 16; offset++)
        {
            T[] first = Shifted(x, offset), second = Shifted(y, 16 - offset);
            (T s, T d) = (RowReduce.Sum<T>(first.AsSpan(offset, length)), RowReduce.Dot<T>(first.AsSpan(offset, length), second.AsSpan(16 - offset, length)));
            (firstSum, firstDot) = offset == 0 ? (s, d) : (firstSum, firstDot);
            Agree.InNorm<T>($"{length} numbers", [sum, dot], [s, d], tolerance);
            Agree.Exactly<T>($"{length} numbers at offset {offset}", [firstSum, firstDot], [s, d]);
        }

        static T[] Shifted(double[] values, int offset)
        {
            T[] array = new T[values.Length + 16];
            for (int i = 0; i < values.Length; i++)
            {
                array[offset + i] = T.CreateChecked(values[i]);
            }

            return array;
        }
    }
}
