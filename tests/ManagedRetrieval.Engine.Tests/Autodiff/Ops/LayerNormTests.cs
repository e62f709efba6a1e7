using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class LayerNormTests
{
    // A large ε, since central differences say little of a row whose spread is not far above their step.
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width, double epsilon) = (draw.Length(minimum: 0), draw.Length(), draw.OneOf(0.125, 1));
        return new OpCase
        {
            Op = (new LayerNorm<double>(epsilon), new LayerNorm<float>(epsilon)),
            Inputs = [new OpInput("x", new Shape(rows, width)), new OpInput("gain", new Shape(width)), new OpInput("shift", new Shape(width))],
            Output = new Shape(rows, width),
            Reference = inputs =>
            {
                double[] result = new double[rows * width];
                for (int i = 0; i < rows; i++)
                {
                    double[] row = inputs[0][(i * width)..((i + 1) * width)];
                    double mean = row.Average(), variance = row.Average(x => (x - mean) * (x - mean));
                    for (int j = 0; j < width; j++)
                    {
                        result[(i * width) + j] = ((row[j] - mean) / Math.Sqrt(variance + epsilon) * inputs[1][j]) + inputs[2][j];
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void The_numbers_of_a_row_made_by_hand()
    {
        // Mean 3, variance (4 + 0 + 4 + 0) / 4 = 2, and 2 + ε = 4.
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 1, 3, 5, 3 } }));
        Variable<double> gain = tape.Input(Tensor<double>.Of(1, 2, 3, 4)), shift = tape.Input(Tensor<double>.Of(10, 20, 30, 40));
        Variable<double> y = x.LayerNorm(gain, shift, epsilon: 2);
        Assert.Equal([9, 20, 33, 40], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, 1, 1, 1 } }));
        Assert.Equal([-1, 0, 1, 0], gain.Gradient.Span.ToArray());
        Assert.Equal([1, 1, 1, 1], shift.Gradient.Span.ToArray());

        // g = gain, its mean 2.5, its mean along u (3 − 1) / 4 = 0.5.
        Assert.Equal([-0.5, -0.25, 0, 0.75], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void A_spread_that_is_small_beside_the_mean_does_not_cancel()
    {
        Variable<float> y = Normalized(Tensor<float>.Of(new float[,] { { 10001, 10002, 10003 } }), 1e-12);
        Agree.InNorm<float>("row", [-Math.Sqrt(1.5), 0, Math.Sqrt(1.5)], y.Value.Span, 1e-6);
    }

    [Fact]
    public void A_row_of_equal_elements_comes_out_as_the_shift_and_its_gradient_is_finite()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Input(Tensor<float>.Of(new float[,] { { 7, 7 } }));
        Variable<float> y = x.LayerNorm(tape.Constant(Tensor<float>.Of(3, 3)), tape.Constant(Tensor<float>.Of(-1, 2)));
        Assert.Equal([-1, 2], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<float>.Of(new float[,] { { 1, 0 } }));
        Agree.InNorm<float>("gradient", [1.5 / Math.Sqrt(1e-5), -1.5 / Math.Sqrt(1e-5)], x.Gradient.Span, 1e-6);
    }

    [Fact]
    public void A_row_has_the_same_bits_alone_and_among_others()
    {
        Tensor<float> x = new Draw(5, 1).Tensor<float>(new Shape(300, 70));
        ReadOnlySpan<float> all = Normalized(x, 1e-5).Value.Span;
        for (int i = 0; i < x.Shape.Rows; i += 37)
        {
            Agree.Exactly($"row {i}", all.Slice(i * 70, 70), Normalized(x.Rows(i, 1), 1e-5).Value.Span);
        }
    }

    [Fact]
    public void A_gain_or_shift_of_another_length_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> right = tape.Constant(new Tensor<float>(new Shape(3))), wrong = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => x.LayerNorm(wrong, right), "LayerNorm", "gain", "[3]", "[2]");
        Refusal.Of<ArgumentException>(() => x.LayerNorm(right, wrong), "LayerNorm", "shift", "[3]", "[2]");
        Refusal.Of<ArgumentException>(() => right.LayerNorm(right, right), "LayerNorm", "x of rank 2", "[3]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new LayerNorm<float>(), [x]), "LayerNorm", "3 inputs", "not 1");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e-60)]
    public void An_epsilon_that_is_not_positive_and_finite_in_float_is_refused(double epsilon) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new LayerNorm<float>(epsilon), "epsilon", "positive and finite");

    private static Variable<float> Normalized(Tensor<float> x, double epsilon)
    {
        var tape = new Tape<float>();
        var ones = new Tensor<float>(new Shape(x.Shape.RowLength));
        ones.Span.Fill(1);
        return tape.Constant(x).LayerNorm(tape.Constant(ones), tape.Constant(new Tensor<float>(ones.Shape)), epsilon);
    }
}
