using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class ParameterTests
{
    [Fact]
    public void Uniform_numbers_fill_the_interval_evenly()
    {
        DenseParameter<double> parameter = Filled(limit: 0.5, seed: 3, stream: 1);
        ReadOnlySpan<double> values = parameter.Value.Span;
        int[] cells = new int[10];
        foreach (double value in values)
        {
            Assert.InRange(value, -0.5, 0.5);
            cells[(int)((value + 0.5) * 10)]++;
        }

        // 20,000 numbers: a cell expects 2,000 with a deviation of 42.
        Assert.All(cells, count => Assert.InRange(count, 1780, 2220));
    }

    [Fact]
    public void Seed_and_stream_decide_every_number()
    {
        double[] values = Filled(1, 3, 1).Value.Span.ToArray();
        Assert.Equal(values, Filled(1, 3, 1).Value.Span.ToArray());
        Assert.True(values.Zip(Filled(1, 4, 1).Value.Span.ToArray()).All(pair => pair.First != pair.Second));
        Assert.True(values.Zip(Filled(1, 3, 2).Value.Span.ToArray()).All(pair => pair.First != pair.Second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_limit_that_is_not_positive_and_finite_is_refused(double limit) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => Filled(limit, 0, 0), "limit", "positive and finite");

    [Theory]
    [InlineData(1e-60)]
    [InlineData(1e39)]
    public void A_limit_that_is_zero_or_infinite_in_float_is_refused_there_alone(double limit)
    {
        var parameter = new DenseParameter<float>("w", Tensor<float>.Of(1, 2));
        Refusal.Of<ArgumentOutOfRangeException>(() => parameter.InitializeUniform(limit, 0, 0), "limit", "positive and finite as Single");
        Assert.Equal([1, 2], parameter.Value.Span.ToArray());
        Assert.InRange(Filled(limit, 0, 0).Value.Span[0], -limit, limit);
    }

    [Fact]
    public void A_name_and_a_value_are_needed()
    {
        Assert.Throws<ArgumentException>(() => _ = new DenseParameter<float>("", new Tensor<float>(new Shape(1))));
        Assert.Throws<ArgumentNullException>(() => _ = new DenseParameter<float>(null!, new Tensor<float>(new Shape(1))));
        Refusal.Of<ArgumentException>(() => _ = new DenseParameter<float>("w", default), "default value");
    }

    private static DenseParameter<double> Filled(double limit, ulong seed, ulong stream)
    {
        var parameter = new DenseParameter<double>("w", new Tensor<double>(new Shape(20_000)));
        parameter.InitializeUniform(limit, seed, stream);
        return parameter;
    }
}
