using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class CausalAttentionTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        int[] offsets = draw.Offsets(draw.Length(minimum: 0), draw.OneOf(1, draw.Length(), draw.Size));
        return Case(offsets, draw.Between(1, 9));
    });

    // The blocks of rows are 64 long.
    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(150)]
    public void Sequences_of_several_blocks_are_what_the_formula_says(int length)
    {
        OpCase given = Case([0, 3, 3 + length], 5);
        var draw = new Draw((ulong)length, 1);
        DenseParameter<double>[] inputs = [.. given.Inputs.Select(input => new DenseParameter<double>(input.Name, draw.Tensor<double>(input.Shape)))];
        Variable<double> On(Tape<double> on) => on.Apply(given.Op.Double, [on.Parameter(inputs[0]), on.Parameter(inputs[1]), on.Parameter(inputs[2])], given.Indices);
        double[] expected = given.Reference([.. inputs.Select(input => input.Value.Span.ToArray())]);
        Agree.InNorm<double>("output", expected, On(new Tape<double>()).Value.Span, 1e-13);
        GradientCheck.Run(On, inputs, seed: 3).ThrowIfFailed();
    }

    [Fact]
    public void Rows_after_it_and_other_sequences_do_not_change_a_row_by_a_bit() => RandomCases.Check(
        draw =>
        {
            int length = draw.Between(2, 150), cut = draw.Between(1, length - 1);
            var shape = new Shape(length + 5, 8);
            Tensor<float>[] given = [draw.Tensor<float>(shape), draw.Tensor<float>(shape), draw.Tensor<float>(shape)];
            Tensor<float>[] other = [.. given.Select(tensor => tensor.Clone())];
            foreach (Tensor<float> tensor in other)
            {
                draw.Tensor<float>(new Shape(shape.Rows - cut, 8)).Span.CopyTo(tensor.Rows(cut, shape.Rows - cut).Span);
            }

            int[] offsets = [0, length, length + 5];
            Agree.Exactly<float>("rows before the cut", Output(given, offsets).Rows(0, cut).Span, Output(other, offsets).Rows(0, cut).Span);
        },
        cases: 20);

    [Fact]
    public void The_first_row_of_a_sequence_is_its_value_and_equal_keys_give_the_mean()
    {
        var tape = new Tape<double>();
        Variable<double> queries = tape.Constant(Tensor<double>.Of(new double[,] { { 9, 1 }, { 2, -3 }, { 4, 4 } }));
        Variable<double> keys = tape.Constant(Tensor<double>.Of(new double[,] { { 1, 1 }, { 1, 1 }, { 7, 0 } }));
        Variable<double> values = tape.Constant(Tensor<double>.Of(new double[,] { { 10, 20 }, { 30, 60 }, { 5, 6 } }));
        Assert.Equal([10, 20, 20, 40, 5, 6], queries.CausalAttention(keys, values, new[] { 0, 2, 3 }).Value.Span.ToArray());
    }

    [Fact]
    public void Scores_beyond_the_range_of_the_exponential_pick_the_best_row()
    {
        var tape = new Tape<float>();
        Variable<float> queries = tape.Input(Tensor<float>.Of(new float[,] { { 1e4f }, { 1e4f } }));
        Variable<float> keys = tape.Input(Tensor<float>.Of(new float[,] { { 1e4f }, { -1e4f } }));
        Variable<float> values = tape.Input(Tensor<float>.Of(new float[,] { { 1 }, { 2 } }));
        Variable<float> y = queries.CausalAttention(keys, values, new[] { 0, 2 });
        Assert.Equal([1, 1], y.Value.Span.ToArray());
        tape.Backward(y.Sum());
        Assert.Equal([2, 0], values.Gradient.Span.ToArray());
        Assert.Equal([0, 0], queries.Gradient.Span.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(3, 2))), other = tape.Constant(new Tensor<float>(new Shape(3, 4)));
        Variable<float> vector = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => vector.CausalAttention(x, x, new[] { 0, 3 }), "CausalAttention", "queries of rank 2", "[3]");
        Refusal.Of<ArgumentException>(() => x.CausalAttention(other, x, new[] { 0, 3 }), "CausalAttention", "keys of shape [3, 2]", "not [3, 4]");
        Refusal.Of<ArgumentException>(() => x.CausalAttention(x, other, new[] { 0, 3 }), "CausalAttention", "values of shape [3, 2]", "not [3, 4]");
        Refusal.Of<ArgumentException>(() => x.CausalAttention(x, x, new[] { 0, 4 }), "CausalAttention", "from 0 to 3", "number of rows", "from 0 to 4");
    }

    private static Tensor<float> Output(Tensor<float>[] inputs, int[] offsets)
    {
        var tape = new Tape<float>();
        return tape.Constant(inputs[0]).CausalAttention(tape.Constant(inputs[1]), tape.Constant(inputs[2]), offsets).Value;
    }

    private static OpCase Case(int[] offsets, int width)
    {
        var shape = new Shape(offsets[^1], width);
        return new OpCase
        {
            Op = (new CausalAttention<double>(), new CausalAttention<float>()),
            Inputs = [new OpInput("queries", shape), new OpInput("keys", shape), new OpInput("values", shape)],
            Indices = new OpIndices(default, offsets),
            Output = shape,
            LinearIn = [2],
            Reference = inputs => Reference(inputs, offsets, width),
        };
    }

    private static double[] Reference(double[][] inputs, int[] offsets, int width)
    {
        double[] result = new double[offsets[^1] * width];
        for (int sequence = 0; sequence < offsets.Length - 1; sequence++)
        {
            for (int i = offsets[sequence]; i < offsets[sequence + 1]; i++)
            {
                double sum = 0;
                double[] weights = new double[i + 1];
                for (int j = offsets[sequence]; j <= i; j++)
                {
                    double score = 0;
                    for (int d = 0; d < width; d++)
                    {
                        score += inputs[0][(i * width) + d] * inputs[1][(j * width) + d];
                    }

                    weights[j] = Math.Exp(score / Math.Sqrt(width));
                    sum += weights[j];
                }

                for (int j = offsets[sequence]; j <= i; j++)
                {
                    for (int d = 0; d < width; d++)
                    {
                        result[(i * width) + d] += weights[j] / sum * inputs[2][(j * width) + d];
                    }
                }
            }
        }

        return result;
    }
}
