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

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2, 3, 4)));
        Refusal.Of<ArgumentException>(() => x.NormalizeRows(), "NormalizeRows", "x", "rank 2", "[2, 3, 4]");
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
