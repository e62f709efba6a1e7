using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class VectorMathTests
{
    /// <summary>Every remainder of a vector, and the edges of the blocks of 256.</summary>
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 131), 255, 256, 257, 271, 272, 273, 511, 515];

    private delegate void Function<T>(ReadOnlySpan<T> x, Span<T> result);

    [Fact]
    public void Softplus_keeps_its_digits_at_every_length_and_magnitude()
    {
        Keeps_its_digits<double>(VectorMath.Softplus<double>, Softplus, tolerance: 1e-13, smallestNormal: 2.3e-308);
        Keeps_its_digits<float>(VectorMath.Softplus<float>, Softplus, tolerance: 1e-6, smallestNormal: 1.2e-38);
    }

    [Fact]
    public void Sigmoid_keeps_its_digits_at_every_length_and_magnitude()
    {
        Keeps_its_digits<double>(VectorMath.Sigmoid<double>, Sigmoid, tolerance: 1e-13, smallestNormal: 2.3e-308);
        Keeps_its_digits<float>(VectorMath.Sigmoid<float>, Sigmoid, tolerance: 1e-6, smallestNormal: 1.2e-38);
    }

    [Fact]
    public void Tanh_keeps_its_digits_at_every_length_and_magnitude()
    {
        Keeps_its_digits<double>(VectorMath.Tanh<double>, Math.Tanh, tolerance: 1e-15, smallestNormal: 2.3e-308);
        Keeps_its_digits<float>(VectorMath.Tanh<float>, Math.Tanh, tolerance: 5e-7, smallestNormal: 1.2e-38);
    }

    [Fact]
    public void Tanh_is_odd_to_the_bit_and_has_no_step_where_its_two_forms_meet()
    {
        double[] x = [0.0, 1e-300, Math.BitDecrement(0.5), 0.5, Math.BitIncrement(0.5), 3, 40, double.PositiveInfinity], result = new double[8], negative = new double[8];
        VectorMath.Tanh<double>(x, result);
        VectorMath.Tanh<double>([.. x.Select(value => -value)], negative);
        Agree.Exactly<double>("at −x", [.. result.Select(value => -value)], negative);
        Assert.Equal([0, 1e-300], result[..2]);
        Assert.All(result[2..5], value => Assert.Equal(Math.Tanh(0.5), value, 3e-16));
        Assert.Equal([1, 1], result[6..]);
    }

    [Fact]
    public void Far_below_zero_both_are_the_exponential()
    {
        double[] x = [-30, -50, -300, -700], result = new double[4];
        VectorMath.Softplus<double>(x, result);
        Assert.All(x.Zip(result), pair => Assert.Equal(1, pair.Second / Math.Exp(pair.First), 1e-13));
        VectorMath.Sigmoid<double>(x, result);
        Assert.All(x.Zip(result), pair => Assert.Equal(1, pair.Second / Math.Exp(pair.First), 1e-13));
    }

    [Fact]
    public void Known_values_of_the_softplus()
    {
        double[] x = [0, Math.Log(3), -Math.Log(3), 1e4, -1e4], result = new double[5];
        VectorMath.Softplus<double>(x, result);
        Agree.InNorm<double>("softplus", [Math.Log(2), Math.Log(4), Math.Log(4) - Math.Log(3), 1e4, 0], result, 1e-15);
    }

    [Fact]
    public void Known_values_of_the_sigmoid()
    {
        double[] x = [0, Math.Log(3), -Math.Log(3), 1e4, -1e4], result = new double[5];
        VectorMath.Sigmoid<double>(x, result);
        Agree.InNorm<double>("sigmoid", [0.5, 0.75, 0.25, 1, 0], result, 1e-15);
    }

    [Fact]
    public void Infinities_are_exact_and_NaN_stays_NaN_wherever_they_stand()
    {
        Extremes<float>();
        Extremes<double>();
    }

    [Fact]
    public void An_element_has_the_same_bits_wherever_it_stands_and_in_place()
    {
        Place_does_not_matter<float>(VectorMath.Softplus<float>, VectorMath.Softplus);
        Place_does_not_matter<float>(VectorMath.Sigmoid<float>, VectorMath.Sigmoid);
        Place_does_not_matter<float>(VectorMath.Tanh<float>, VectorMath.Tanh);
        Place_does_not_matter<double>(VectorMath.Softplus<double>, VectorMath.Softplus);
        Place_does_not_matter<double>(VectorMath.Sigmoid<double>, VectorMath.Sigmoid);
        Place_does_not_matter<double>(VectorMath.Tanh<double>, VectorMath.Tanh);
    }

    // The exponential below changed its bits after some hundred calls where an entry was far below the others.
    [Fact]
    public void The_thousandth_call_gives_the_bits_of_the_first_and_allocates_nothing()
    {
        Later_calls_agree<float>(VectorMath.Softplus<float>);
        Later_calls_agree<float>(VectorMath.Sigmoid<float>);
        Later_calls_agree<float>(VectorMath.Tanh<float>);
        Later_calls_agree<double>(VectorMath.Softplus<double>);
        Later_calls_agree<double>(VectorMath.Sigmoid<double>);
        Later_calls_agree<double>(VectorMath.Tanh<double>);
    }

    private static void Keeps_its_digits<T>(Function<T> function, Func<double, double> reference, double tolerance, double smallestNormal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = new Draw(17, 1);
        foreach (int length in Lengths)
        {
            T[] x = Wide<T>(draw, length);
            T[] result = new T[length];
            function(x, result);
            for (int i = 0; i < length; i++)
            {
                double expected = reference(double.CreateChecked(x[i]));
                double error = Math.Abs(double.CreateChecked(result[i]) - expected);
                Assert.True(
                    error <= (tolerance * Math.Abs(expected)) + smallestNormal,
                    $"length {length}, at {i}: x {x[i]}, expected {expected:g17}, got {result[i]}");
            }
        }
    }

    private static void Extremes<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int place = 0; place < 37; place++)
        {
            foreach ((T value, T softplus, T sigmoid) in ((T, T, T)[])
                [(T.NegativeInfinity, T.Zero, T.Zero), (T.PositiveInfinity, T.PositiveInfinity, T.One), (T.NaN, T.NaN, T.NaN)])
            {
                T[] x = new T[37], result = new T[37];
                x[place] = value;
                VectorMath.Softplus<T>(x, result);
                Assert.Equal(softplus, result[place]);
                Assert.All(result.Where((_, i) => i != place), other => Assert.InRange(double.CreateChecked(other), 0.6931471, 0.6931472));
                VectorMath.Sigmoid<T>(x, result);
                Assert.Equal(sigmoid, result[place]);
                Assert.All(result.Where((_, i) => i != place), other => Assert.Equal(T.CreateChecked(0.5), other));
                VectorMath.Tanh<T>(x, result);
                Assert.Equal(sigmoid + sigmoid - T.One, result[place]);
                Assert.All(result.Where((_, i) => i != place), other => Assert.Equal(T.Zero, other));
            }
        }
    }

    private static void Place_does_not_matter<T>(Function<T> function, Func<T, T> ofOne)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = new Draw(18, 1);
        foreach (int length in Lengths)
        {
            T[] x = Wide<T>(draw, length), result = new T[length];
            function(x, result);
            Agree.Exactly<T>($"length {length}, one by one", [.. x.Select(ofOne)], result);
            T[] shifted = new T[length + 5];
            function([.. Wide<T>(draw, 5), .. x], shifted);
            Agree.Exactly<T>($"length {length}, behind others", result, shifted.AsSpan(5));
            function(x, x);
            Agree.Exactly<T>($"length {length}, in place", result, x);
        }
    }

    private static void Later_calls_agree<T>(Function<T> function)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Wide<T>(new Draw(19, 1), 100), first = new T[100], later = new T[100];
        (x[7], x[8]) = (T.NegativeInfinity, T.CreateChecked(-2000));
        function(x, first);
        long allocated = long.MaxValue;
        for (int call = 0; call < 1000; call++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            function(x, later);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Agree.Exactly<T>($"call {call}", first, later);
        }

        Assert.Equal(0, allocated);
    }

    /// <summary>Both signs, magnitudes from 1e-30 to 1e4, and some zeros.</summary>
    private static T[] Wide<T>(Draw draw, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = new T[length];
        for (int i = 0; i < length; i++)
        {
            double magnitude = draw.Below(3) switch
            {
                0 => Math.Pow(10, draw.Uniform(-30, 4)),
                1 => draw.Uniform(0, 100),
                _ => draw.Below(20) == 0 ? 0 : draw.Uniform(0, 3),
            };
            x[i] = T.CreateChecked(draw.Bool() ? magnitude : -magnitude);
        }

        return x;
    }

    private static double Softplus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>Kahan's form: the rounding of 1 + u cancels.</summary>
    private static double LogOnePlus(double u)
    {
        double rounded = 1 + u;
        return rounded == 1 ? u : Math.Log(rounded) * (u / (rounded - 1));
    }
}
