using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class NormalizeRowsTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw => Case(draw, 1e-12));

    [Fact]
    public void Is_linear_where_epsilon_decides() => OpCheck.Run(draw => Case(draw, 1000, linearIn: 0));

    [Fact]
    public void Rows_of_zeros_stay_zero_and_pass_the_gradient_scaled()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 0, 0 }, { 3, 4 } }));
        Variable<double> y = x.NormalizeRows(epsilon: 0.25);
        Assert.Equal([0, 0], y.Value.Row(0).ToArray());
        Agree.InNorm<double>("the other row", [0.6, 0.8], y.Value.Row(1), 1e-15);
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, -3 }, { 0.6, 0.8 } }));
        Assert.Equal([2, -6], x.Gradient.Row(0).ToArray());
        Agree.InNorm<double>("a gradient along the row itself", [0, 0], x.Gradient.Row(1), 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void An_epsilon_that_is_not_positive_is_refused(double epsilon) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new NormalizeRows<double>(epsilon), "epsilon", "positive");

    [Fact]
    public void An_epsilon_that_is_zero_in_float_is_refused() =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new NormalizeRows<float>(1e-60), "epsilon", "positive");

    [Theory]
    [InlineData(1e20f)]
    [InlineData(3e38f)]
    public void A_float_row_whose_squared_length_overflows_has_length_1(float scale)
    {
        float[] row = [scale, -scale / 2, 0, scale / 4, 1];
        Agree.InNorm<float>($"a row of {scale}", Reference(row), Normalized(row), 1e-6);
        Agree.InNorm<float>($"many elements of {scale}", Reference(Enumerable.Repeat(scale, 300)), Normalized([.. Enumerable.Repeat(scale, 300)]), 1e-5);
        Agree.InNorm<float>("a row beside it", [0.6, 0.8], new Tape<float>().Constant(Tensor<float>.Of(new[,] { { scale, scale }, { 3f, 4 } })).NormalizeRows().Value.Row(1), 1e-6);
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(1.7e308)]
    public void A_double_row_whose_squared_length_overflows_has_length_1(double scale)
    {
        double[] row = [scale, -scale / 2, 0, scale / 4, 1];
        double length = Math.Sqrt(1 + 0.25 + 0.0625);
        Agree.InNorm<double>("the row", [1 / length, -0.5 / length, 0, 0.25 / length, 0], Normalized(row), 1e-14);
    }

    [Fact]
    public void The_gradient_of_a_row_whose_squared_length_overflows_is_that_of_the_formula()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 3e200, 4e200 } }));
        tape.Backward(x.NormalizeRows(), Tensor<double>.Of(new double[,] { { 1e200, 0 } }));
        Agree.InNorm<double>("gradient", [0.64 / 5, -0.48 / 5], x.Gradient.Span, 1e-14);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_row_with_an_infinite_element_is_NaN(double infinite)
    {
        Assert.All(Normalized([1.0, infinite, 2]), value => Assert.Equal(double.NaN, value));
        Assert.All(Normalized([1f, (float)infinite, 1e30f]), value => Assert.Equal(float.NaN, value));
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2, 3, 4)));
        Refusal.Of<ArgumentException>(() => x.NormalizeRows(), "NormalizeRows", "x", "rank 2", "[2, 3, 4]");
    }

    private static T[] Normalized<T>(params T[] row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new Tape<T>().Constant(new Tensor<T>(new Shape(1, row.Length), row)).NormalizeRows().Value.Span.ToArray();

    private static double[] Reference(IEnumerable<float> row)
    {
        double length = Math.Sqrt(row.Sum(value => (double)value * value));
        return [.. row.Select(value => value / length)];
    }

    private static OpCase Case(Draw draw, double epsilon, params int[] linearIn)
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        return new OpCase
        {
            Op = (new NormalizeRows<double>(epsilon), new NormalizeRows<float>(epsilon)),
            Inputs = [new OpInput("x", new Shape(rows, width), Domain.AwayFromZero)],
            Output = new Shape(rows, width),
            LinearIn = linearIn,
            Reference = inputs =>
            {
                double[] result = new double[rows * width];
                for (int i = 0; i < rows; i++)
                {
                    double squares = 0;
                    for (int j = 0; j < width; j++)
                    {
                        squares += inputs[0][(i * width) + j] * inputs[0][(i * width) + j];
                    }

                    for (int j = 0; j < width; j++)
                    {
                        result[(i * width) + j] = inputs[0][(i * width) + j] / Math.Sqrt(Math.Max(squares, epsilon));
                    }
                }

                return result;
            },
        };
    }
}
