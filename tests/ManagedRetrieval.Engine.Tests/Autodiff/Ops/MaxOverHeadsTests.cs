using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class MaxOverHeadsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Is_what_its_formula_says(bool divideTies) => OpCheck.Run(draw =>
    {
        (int queries, int heads, int width) = (draw.Length(minimum: 0), draw.Between(1, 4), draw.Length(minimum: 0));
        return new OpCase
        {
            Op = (new MaxOverHeads<double>(heads, divideTies), new MaxOverHeads<float>(heads, divideTies)),
            Inputs = [new OpInput("x", new Shape(queries * heads, width), Domain.Distinct)],
            Output = new Shape(queries, width),
            LinearIn = heads == 1 ? [0] : [],
            Reference = inputs =>
            {
                double[] result = new double[queries * width];
                for (int i = 0; i < queries; i++)
                {
                    for (int j = 0; j < width; j++)
                    {
                        result[(i * width) + j] = double.NegativeInfinity;
                        for (int h = 0; h < heads; h++)
                        {
                            double score = inputs[0][(((i * heads) + h) * width) + j];
                            result[(i * width) + j] = score > result[(i * width) + j] ? score : result[(i * width) + j];
                        }
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void A_tie_goes_to_the_first_head() =>
        Assert.Equal([6, 0, 0, 0, 0, 8, 0, 4, 0], TiedGradient(divideTies: false));

    [Fact]
    public void A_divided_tie_gives_every_head_that_attains_the_maximum_the_same_share() =>
        Assert.Equal([2, 0, 0, 2, 0, 8, 2, 4, 0], TiedGradient(divideTies: true));

    [Fact]
    public void Heads_below_the_tie_get_nothing()
    {
        var tape = new Tape<double>();
        Variable<double> first = tape.Input(Tensor<double>.Of(new double[,] { { -1 }, { 2 }, { 0 }, { 2 } }));
        Variable<double> divided = tape.Input(first.Value);
        tape.Backward(first.MaxOverHeads(4).Sum());
        tape.Backward(divided.MaxOverHeads(4, divideTies: true).Sum());
        Assert.Equal([0, 1, 0, 0], first.Gradient.Span.ToArray());
        Assert.Equal([0, 0.5, 0, 0.5], divided.Gradient.Span.ToArray());
    }

    [Fact]
    public void Where_heads_tie_often_the_whole_gradient_arrives_at_heads_that_attain_the_maximum() => RandomCases.Check(draw =>
    {
        (int queries, int heads, int width, bool divideTies) = (draw.Length(), draw.Between(1, 5), draw.Length(), draw.Bool());
        var x = new Tensor<double>(new Shape(queries * heads, width));
        foreach (ref double score in x.Span)
        {
            score = draw.OneOf(double.NegativeInfinity, -1, -0.0, 0, 1);
        }

        Tensor<double> cotangent = draw.Tensor<double>(new Shape(queries, width));
        var tape = new Tape<double>();
        Variable<double> input = tape.Input(x);
        Variable<double> y = input.MaxOverHeads(heads, divideTies);
        tape.Backward(y, cotangent);
        for (int i = 0; i < queries; i++)
        {
            for (int j = 0; j < width; j++)
            {
                double[] scores = [.. Enumerable.Range(0, heads).Select(h => x.Row((i * heads) + h)[j])];
                Assert.Equal(scores.Max(), y.Value.Row(i)[j]);
                for (int h = 0; h < heads; h++)
                {
                    double whole = cotangent.Row(i)[j];
                    double expected = scores[h] != scores.Max() ? 0
                        : divideTies ? whole / scores.Count(score => score == scores.Max())
                        : Array.IndexOf(scores, scores.Max()) == h ? whole : 0;
                    Assert.Equal(expected, input.Gradient.Row((i * heads) + h)[j], 1e-15);
                }
            }
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_query_of_several_parts_has_its_own_best_head(bool divideTies)
    {
        const int Queries = 200, Heads = 3, Width = 150;
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(new Tensor<double>(new Shape(Queries * Heads, Width)));
        for (int i = 0; i < Queries; i++)
        {
            for (int j = 0; j < Width; j++)
            {
                x.Value.Row((i * Heads) + ((i + j) % Heads))[j] = 1 + (i * Width) + j;
            }
        }

        Variable<double> y = x.MaxOverHeads(Heads, divideTies);
        tape.Backward(y, y.Value);
        Agree.Exactly<double>("gradient", x.Value.Span, x.Gradient.Span);
        for (int i = 0; i < y.Shape.Length; i++)
        {
            Assert.Equal(1 + i, y.Value.Span[i]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NaN_in_any_head_gives_NaN_and_takes_the_gradient(bool divideTies)
    {
        const int Width = 37;
        for (int place = 0; place < 3 * Width; place++)
        {
            var tape = new Tape<float>();
            Variable<float> x = tape.Input(new Tensor<float>(new Shape(3, Width)));
            x.Value.Span[place] = float.NaN;
            Variable<float> y = x.MaxOverHeads(3, divideTies);
            tape.Backward(y.Sum());
            Assert.Equal(float.NaN, y.Value.Span[place % Width]);
            Assert.Equal(Width - 1, y.Value.Span.ToArray().Count(value => value == 0));
            Assert.Equal(1, x.Gradient.Span[place]);
            Assert.Equal(Width, x.Gradient.Span.ToArray().Sum(), 1e-4);
        }
    }

    [Fact]
    public void Maxsim_scores_a_candidate_by_the_best_head_which_alone_learns()
    {
        var tape = new Tape<double>();
        Variable<double> queries = tape.Input(new Tensor<double>(new Shape(1, 2, 2), new double[] { 1, 0, 0, 1 }));
        Variable<double> candidates = tape.Input(Tensor<double>.Of(new double[,] { { 3, 1 }, { 2, 5 } }));
        Variable<double> scores = queries.MergeHeads().MatrixProduct(candidates, transposeB: true).MaxOverHeads(2);
        Assert.Equal([3, 5], scores.Value.Span.ToArray());
        tape.Backward(scores, Tensor<double>.Of(new double[,] { { 1, 10 } }));
        Assert.Equal([3, 1, 20, 50], queries.Gradient.Span.ToArray());
        Assert.Equal([1, 0, 0, 10], candidates.Gradient.Span.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public void Less_than_one_head_is_refused(int heads) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new MaxOverHeads<float>(heads), "heads", "at least one");

    [Fact]
    public void Rows_that_are_no_multiple_of_the_heads_are_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(5, 2)));
        Refusal.Of<ArgumentException>(() => x.MaxOverHeads(3), "MaxOverHeads", "multiple of 3 rows", "x of shape [5, 2]");
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.MaxOverHeads(3), "MaxOverHeads", "x of rank 2", "[3]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new MaxOverHeads<float>(3), [x, x]), "MaxOverHeads", "1 input", "not 2");
    }

    /// <summary>Three heads of one query and three candidates: all heads tie for the first, one head is best for each other.</summary>
    private static double[] TiedGradient(bool divideTies)
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new[,] { { 0.5, -1, 1 }, { 0.5, -2, 3 }, { 0.5, 0, 2 } }));
        tape.Backward(x.MaxOverHeads(3, divideTies), Tensor<double>.Of(new double[,] { { 6, 4, 8 } }));
        return x.Gradient.Span.ToArray();
    }
}
