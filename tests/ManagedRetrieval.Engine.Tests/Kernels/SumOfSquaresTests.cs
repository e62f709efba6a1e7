using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class SumOfSquaresTests
{
    [Fact]
    public void Every_element_counts_once_at_every_length_and_floats_give_the_bits_of_doubles() => RandomCases.Check(
        draw =>
        {
            double[] x = draw.Values(draw.Between(0, draw.Size));
            using GuardedMemory<double> doubles = GuardedMemory<double>.Of(x);
            using GuardedMemory<float> floats = GuardedMemory<float>.Of(Array.ConvertAll(x, value => (float)value));
            double sum = SumOfSquares.Of<double>(doubles.GetSpan());
            Agree.InNorm<double>("sum", [x.Sum(value => value * value)], [sum], 1e-13);
            Agree.Exactly<double>("sum of floats", [sum], [SumOfSquares.Of<float>(floats.GetSpan())]);
        },
        cases: 200,
        size: 3000);

    [Fact]
    public void Floats_whose_squares_overflow_or_vanish_in_float_are_summed() => Assert.Multiple(
        () => Assert.Equal(2e60, SumOfSquares.Of<float>([1e30f, 1e30f]), 1e54),
        () => Assert.Equal(2e-60, SumOfSquares.Of<float>([1e-30f, -1e-30f]), 1e-66));

    [Fact]
    public void What_is_not_finite_makes_the_sum_so()
    {
        foreach (float wrong in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            Assert.False(double.IsFinite(SumOfSquares.Of<float>([.. new float[1500], wrong, 1])));
        }
    }
}
