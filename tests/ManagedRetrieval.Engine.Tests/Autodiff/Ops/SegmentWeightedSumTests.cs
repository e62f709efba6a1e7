using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class SegmentWeightedSumTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int segments, int width) = (draw.Length(minimum: 0), draw.Length());
        int[] offsets = draw.Offsets(segments, draw.Length());
        int rows = offsets[^1];
        return new OpCase
        {
            Op = (new SegmentWeightedSum<double>(), new SegmentWeightedSum<float>()),
            Inputs = [new OpInput("x", new Shape(rows, width)), new OpInput("weights", draw.Bool() ? new Shape(rows) : new Shape(rows, 1))],
            Indices = new OpIndices(default, offsets),
            Output = new Shape(segments, width),
            LinearIn = [0, 1],
            Reference = inputs =>
            {
                double[] result = new double[segments * width];
                for (int segment = 0; segment < segments; segment++)
                {
                    for (int i = offsets[segment]; i < offsets[segment + 1]; i++)
                    {
                        for (int d = 0; d < width; d++)
                        {
                            result[(segment * width) + d] += inputs[1][i] * inputs[0][(i * width) + d];
                        }
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void Empty_segments_give_zeros()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Input(Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 } }));
        Variable<float> y = x.SegmentWeightedSum(tape.Constant(Tensor<float>.Of(10, 1)), new[] { 0, 0, 2, 2 });
        Assert.Equal([0, 0, 13, 24, 0, 0], y.Value.Span.ToArray());
        tape.Backward(y.Sum());
        Assert.Equal([10, 10, 1, 1], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void Attention_pooling_has_the_gradient_of_central_differences()
    {
        var draw = new Draw(8, 1);
        int[] offsets = [0, 3, 3, 8, 9];
        var x = new DenseParameter<double>("x", draw.Tensor<double>(new Shape(9, 4)));
        var query = new DenseParameter<double>("query", draw.Tensor<double>(new Shape(4, 1)));
        GradientCheck.RunJacobian(
            tape =>
            {
                Variable<double> rows = tape.Parameter(x);
                Variable<double> scores = rows.MatrixProduct(tape.Parameter(query));
                return rows.SegmentWeightedSum(scores.SegmentSoftmax(offsets), offsets);
            },
            [x, query]).ThrowIfFailed();
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(3, 2))), weights = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => weights.SegmentWeightedSum(weights, new[] { 0, 3 }), "SegmentWeightedSum", "x of rank 2", "[3]");
        Refusal.Of<ArgumentException>(() => x.SegmentWeightedSum(x, new[] { 0, 3 }), "SegmentWeightedSum", "weights", "[3] or [3, 1]", "not [3, 2]");
        Refusal.Of<ArgumentException>(() => x.SegmentWeightedSum(weights, new[] { 0, 2 }), "SegmentWeightedSum", "from 0 to 3", "number of rows", "from 0 to 2");
        Refusal.Of<ArgumentException>(() => tape.Apply(new SegmentWeightedSum<float>(), [x]), "SegmentWeightedSum", "2 inputs", "not 1");
    }
}
