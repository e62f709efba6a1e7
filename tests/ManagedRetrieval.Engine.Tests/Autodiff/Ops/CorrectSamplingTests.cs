using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class CorrectSamplingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Is_what_its_formula_says(bool negativesOnly) => OpCheck.Run(draw =>
    {
        int rows = draw.Length(minimum: 0);
        int width = rows + draw.Between(0, 5);
        return new OpCase
        {
            Op = (new CorrectSampling<double>(negativesOnly), new CorrectSampling<float>(negativesOnly)),
            Inputs = [new OpInput("logits", new Shape(rows, width)), new OpInput("logProbability", new Shape(width))],
            Output = new Shape(rows, width),
            Reference = inputs =>
            {
                double[] result = new double[rows * width];
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < width; j++)
                    {
                        double correction = negativesOnly && i == j ? 0 : inputs[1][j];
                        result[(i * width) + j] = inputs[0][(i * width) + j] - correction;
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void With_negatives_only_and_lists_of_positives_is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        int rows = draw.Length(), width = rows + draw.Between(0, 5);
        (int[] positives, int[] offsets) = draw.Subsets(rows, width);
        return new OpCase
        {
            Op = (new CorrectSampling<double>(negativesOnly: true), new CorrectSampling<float>(negativesOnly: true)),
            Inputs = [new OpInput("logits", new Shape(rows, width)), new OpInput("logProbability", new Shape(width))],
            Indices = new OpIndices(positives, offsets),
            Output = new Shape(rows, width),
            Reference = inputs =>
            {
                double[] result = new double[rows * width];
                for (int i = 0; i < rows; i++)
                {
                    int[] own = positives[offsets[i]..offsets[i + 1]];
                    for (int j = 0; j < width; j++)
                    {
                        result[(i * width) + j] = inputs[0][(i * width) + j] - (own.Contains(j) ? 0 : inputs[1][j]);
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void Lists_of_positives_that_do_not_fit_are_refused()
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> logProbability = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(
            () => logits.CorrectSampling(logProbability, negativesOnly: true, new OpIndices(new[] { 0 }, new[] { 0, 1 })), "CorrectSampling", "lists of positives");
        Refusal.Of<ArgumentOutOfRangeException>(
            () => logits.CorrectSampling(logProbability, negativesOnly: true, new OpIndices(new[] { 0, 3 }, new[] { 0, 1, 2 })), "CorrectSampling", "positives", "3");
    }

    [Fact]
    public void Every_column_is_corrected()
    {
        var tape = new Tape<double>();
        (Variable<double> logits, Variable<double> logProbability) = Example(tape);
        Variable<double> y = logits.CorrectSampling(logProbability);
        Assert.Equal([11, 22, 33, 41, 52, 63], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 10, 20, 30 } }));
        Assert.Equal([1, 2, 3, 10, 20, 30], logits.Gradient.Span.ToArray());
        Assert.Equal([-11, -22, -33], logProbability.Gradient.Span.ToArray());
    }

    [Fact]
    public void With_negatives_only_the_positive_keeps_its_logit_and_sends_nothing_to_its_probability()
    {
        var tape = new Tape<double>();
        (Variable<double> logits, Variable<double> logProbability) = Example(tape);
        Variable<double> y = logits.CorrectSampling(logProbability, negativesOnly: true);
        Assert.Equal([10, 22, 33, 41, 50, 63], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 10, 20, 30 } }));
        Assert.Equal([1, 2, 3, 10, 20, 30], logits.Gradient.Span.ToArray());
        Assert.Equal([-10, -2, -33], logProbability.Gradient.Span.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_row_of_several_parts_is_corrected(bool negativesOnly)
    {
        const int Rows = 200, Width = 210;
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(new Tensor<double>(new Shape(Rows, Width)));
        Variable<double> logProbability = tape.Input(new Tensor<double>(new Shape(Width)));
        for (int i = 0; i < Rows * Width; i++)
        {
            logits.Value.Span[i] = 1000 * i;
            logProbability.Value.Span[i % Width] = -1 - (i % Width);
        }

        Variable<double> y = logits.CorrectSampling(logProbability, negativesOnly);
        tape.Backward(y, logits.Value);
        Agree.Exactly<double>("gradient of the logits", logits.Value.Span, logits.Gradient.Span);
        for (int j = 0; j < Width; j++)
        {
            double sum = 0;
            for (int i = 0; i < Rows; i++)
            {
                bool kept = negativesOnly && i == j;
                Assert.Equal((1000 * ((i * Width) + j)) + (kept ? 0 : 1 + j), y.Value.Row(i)[j]);
                sum += kept ? 0 : logits.Value.Row(i)[j];
            }

            Assert.Equal(-sum, logProbability.Gradient.Span[j]);
        }
    }

    [Fact]
    public void With_negatives_only_the_positive_does_not_even_see_a_probability_of_zero()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Constant(Tensor<double>.Of(new double[,] { { 1, 2 } }));
        Variable<double> logProbability = tape.Constant(Tensor<double>.Of(double.NegativeInfinity, 0.5));
        Assert.Equal([1, 1.5], logits.CorrectSampling(logProbability, negativesOnly: true).Value.Span.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_removed_entry_stays_removed(bool negativesOnly)
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Constant(Tensor<float>.Of(new[,] { { float.NegativeInfinity, float.NegativeInfinity, 1 } }));
        Variable<float> logProbability = tape.Constant(Tensor<float>.Of(-3, -100, -0.5f));
        Variable<float> y = logits.CorrectSampling(logProbability, negativesOnly);
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity, 1.5f], y.Value.Span.ToArray());
    }

    [Fact]
    public void Fewer_columns_than_rows_are_refused()
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Constant(new Tensor<float>(new Shape(3, 2)));
        Variable<float> logProbability = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(
            () => logits.CorrectSampling(logProbability), "CorrectSampling", "at least as many columns as rows", "logits of shape [3, 2]");
    }

    [Fact]
    public void Another_number_of_probabilities_than_columns_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> logProbability = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => logits.CorrectSampling(logProbability), "CorrectSampling", "logProbability of shape [3]", "not [2]");
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.CorrectSampling(x), "CorrectSampling", "logits of rank 2", "[3]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new CorrectSampling<float>(), [x]), "CorrectSampling", "2 inputs", "not 1");
    }

    private static (Variable<double> Logits, Variable<double> LogProbability) Example(Tape<double> tape) => (
        tape.Input(Tensor<double>.Of(new double[,] { { 10, 20, 30 }, { 40, 50, 60 } })),
        tape.Input(Tensor<double>.Of(-1, -2, -3)));
}
