using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class GatedRecurrenceTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        int[] offsets = draw.Offsets(draw.Length(minimum: 0), draw.Between(1, 7));
        int width = draw.Between(1, 6);
        return new OpCase
        {
            Op = (new GatedRecurrence<double>(), new GatedRecurrence<float>()),
            Inputs =
            [
                new OpInput("x", new Shape(offsets[^1], 3 * width)),
                new OpInput("recurrentWeights", new Shape(width, 3 * width)),
                new OpInput("bias", new Shape(3 * width)),
            ],
            Indices = new OpIndices(default, offsets),
            Output = new Shape(offsets.Length - 1, width),
            Reference = inputs => Reference(inputs, offsets, width),

            // A state is n + z (h − n), which may come near 0 where n, with its rounding, is near 1.
            GradientTolerance = 1e-5,
        };
    },
    pinned: (1021059159UL, 2));

    [Fact]
    public void Gates_that_are_shut_or_open_hold_replace_or_forget_the_state()
    {
        // h = 1; far from 0 a gate is 0 or 1 to the bit. Columns: r, z, n.
        const double Shut = -1000, Open = 1000;
        Assert.Equal(Math.Tanh(0.5), Last([Shut, Shut, 0.5]), 1e-15);
        Assert.Equal(0, Last([Shut, Open, 0.5]));
        Assert.Equal(Math.Tanh(0.5), Last([Shut, Shut, 0.5], [Shut, Open, 7]), 1e-15);
        Assert.Equal(Math.Tanh(7), Last([Shut, Shut, 0.5], [Shut, Shut, 7]), 1e-15);

        // The reset gate takes off the recurrent part of the candidate with its bias 0.25, and U is 2 there.
        Assert.Equal(Math.Tanh(0.1 + (2 * Math.Tanh(0.5)) + 0.25), Last([Shut, Shut, 0.5], [Open, Shut, 0.1]), 1e-15);

        static double Last(params double[][] rows)
        {
            var tape = new Tape<double>();
            Variable<double> x = tape.Constant(new Tensor<double>(new Shape(rows.Length, 3), rows.SelectMany(row => row).ToArray()));
            return x.GatedRecurrence(
                tape.Constant(Tensor<double>.Of(new double[,] { { 0, 0, 2 } })), tape.Constant(Tensor<double>.Of(0, 0, 0.25)), new[] { 0, rows.Length }).Value.Span[0];
        }
    }

    [Fact]
    public void An_empty_sequence_gives_zeros_and_moves_nothing()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Input(new Tensor<float>(new Shape(0, 6))), weights = tape.Input(new Draw(1, 1).Tensor<float>(new Shape(2, 6)));
        Variable<float> bias = tape.Input(new Draw(2, 1).Tensor<float>(new Shape(6)));
        Variable<float> y = x.GatedRecurrence(weights, bias, new[] { 0, 0 });
        tape.Backward(y.Sum());
        Assert.Equal([0, 0], y.Value.Span.ToArray());
        Assert.All(weights.Gradient.Span.ToArray().Concat(bias.Gradient.Span.ToArray()), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_sequence_has_the_same_bits_alone_and_among_others_longer_and_shorter()
    {
        var draw = new Draw(14, 1);
        int[] offsets = draw.Offsets(100, 20);
        Tensor<float> x = draw.Tensor<float>(new Shape(offsets[^1], 48)), weights = draw.Tensor<float>(new Shape(16, 48)), bias = draw.Tensor<float>(new Shape(48));
        Tensor<float> all = Output(x, offsets);
        for (int sequence = 0; sequence < 100; sequence += 7)
        {
            (int start, int count) = (offsets[sequence], offsets[sequence + 1] - offsets[sequence]);
            Agree.Exactly<float>($"sequence {sequence}", Output(x.Rows(start, count), [0, count]).Span, all.Row(sequence));
        }

        Tensor<float> Output(Tensor<float> rows, int[] lists)
        {
            var tape = new Tape<float>();
            return tape.Constant(rows).GatedRecurrence(tape.Constant(weights), tape.Constant(bias), lists).Value;
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = Zeros(4, 6), weights = Zeros(2, 6), bias = tape.Constant(new Tensor<float>(new Shape(6)));
        Refusal.Of<ArgumentException>(() => x.GatedRecurrence(Zeros(2, 4), bias, new[] { 0, 4 }), "GatedRecurrence", "recurrentWeights of shape [2, 6]", "not [2, 4]");
        Refusal.Of<ArgumentException>(() => Zeros(4, 5).GatedRecurrence(weights, bias, new[] { 0, 4 }), "GatedRecurrence", "x of shape [4, 6]", "not [4, 5]");
        Refusal.Of<ArgumentException>(() => x.GatedRecurrence(weights, x, new[] { 0, 4 }), "GatedRecurrence", "bias of shape [6]", "not [4, 6]");
        Refusal.Of<ArgumentException>(() => x.GatedRecurrence(weights, bias, new[] { 0, 3 }), "GatedRecurrence", "from 0 to 4", "number of rows", "from 0 to 3");

        Variable<float> Zeros(int rows, int columns) => tape.Constant(new Tensor<float>(new Shape(rows, columns)));
    }

    private static double[] Reference(double[][] inputs, int[] offsets, int width)
    {
        double[] result = new double[(offsets.Length - 1) * width];
        for (int sequence = 0; sequence < offsets.Length - 1; sequence++)
        {
            double[] state = new double[width];
            for (int row = offsets[sequence]; row < offsets[sequence + 1]; row++)
            {
                double[] next = new double[width];
                for (int j = 0; j < width; j++)
                {
                    double reset = Sigmoid(X(row, j) + U(state, j));
                    double update = Sigmoid(X(row, width + j) + U(state, width + j));
                    double candidate = Math.Tanh(X(row, (2 * width) + j) + (reset * U(state, (2 * width) + j)));
                    next[j] = ((1 - update) * candidate) + (update * state[j]);
                }

                state = next;
            }

            state.CopyTo(result, sequence * width);
        }

        return result;

        double X(int row, int column) => inputs[0][(row * 3 * width) + column];

        double U(double[] state, int column)
        {
            double sum = inputs[2][column];
            for (int j = 0; j < width; j++)
            {
                sum += state[j] * inputs[1][(j * 3 * width) + column];
            }

            return sum;
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
