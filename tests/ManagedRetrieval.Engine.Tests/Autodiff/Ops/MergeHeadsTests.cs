using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class MergeHeadsTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int queries, int heads, int width) = (draw.Length(minimum: 0), draw.Between(0, 4), draw.Length(minimum: 0));
        return new OpCase
        {
            Op = (new MergeHeads<double>(), new MergeHeads<float>()),
            Inputs = [new OpInput("x", new Shape(queries, heads, width))],
            Output = new Shape(queries * heads, width),
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[queries * heads * width];
                for (int i = 0; i < queries; i++)
                {
                    for (int h = 0; h < heads; h++)
                    {
                        for (int d = 0; d < width; d++)
                        {
                            result[(((i * heads) + h) * width) + d] = inputs[0][(((i * heads) + h) * width) + d];
                        }
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void The_heads_of_a_query_stand_one_under_the_other()
    {
        var x = new Tensor<float>(new Shape(2, 2, 3), new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 });
        Tensor<float> y = new Tape<float>().Constant(x).MergeHeads().Value;
        Assert.Equal(new Shape(4, 3), y.Shape);
        Assert.Equal([4, 5, 6], y.Row(1).ToArray());
        Assert.Equal([7, 8, 9], y.Row(2).ToArray());
    }

    [Fact]
    public void The_result_is_a_copy()
    {
        Tensor<float> x = new(new Shape(1, 1, 2), new float[] { 1, 2 });
        Tensor<float> y = new Tape<float>().Constant(x).MergeHeads().Value;
        x.Span[0] = 9;
        Assert.Equal([1, 2], y.Span.ToArray());
    }

    [Fact]
    public void Anything_but_rank_3_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2, 3)));
        Refusal.Of<ArgumentException>(() => x.MergeHeads(), "MergeHeads", "x", "rank 3", "[2, 3]");
    }

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2, 3, 4)));
        Refusal.Of<ArgumentException>(() => tape.Apply(new MergeHeads<float>(), [x, x]), "MergeHeads", "1 input", "not 2");
    }
}
