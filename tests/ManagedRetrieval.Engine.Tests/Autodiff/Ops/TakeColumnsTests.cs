using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class TakeColumnsTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int start, int count) = (draw.Length(minimum: 0), draw.Between(0, 4), draw.Length());
        int width = start + count + draw.Between(0, 4);
        return new OpCase
        {
            Op = (new TakeColumns<double>(start, count), new TakeColumns<float>(start, count)),
            Inputs = [new OpInput("x", new Shape(rows, width))],
            Output = new Shape(rows, count),
            Reference = inputs => [.. inputs[0].Where((_, at) => at % width >= start && at % width < start + count)],
            LinearIn = [0],
        };
    });

    [Fact]
    public void Columns_that_are_taken_twice_get_both_gradients_and_others_none()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }));
        Variable<double> y = x.TakeColumns(0, 2).Concatenate(x.TakeColumns(1, 1));
        Assert.Equal([1, 2, 2, 5, 6, 6], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, 10, 100 }, { 2, 20, 200 } }));
        Assert.Equal([1, 110, 0, 0, 2, 220, 0, 0], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void All_columns_and_none_may_be_taken()
    {
        Variable<float> x = new Tape<float>().Input(Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 } }));
        Assert.Equal([1, 2, 3, 4], x.TakeColumns(0, 2).Value.Span.ToArray());
        Assert.Equal(new Shape(2, 0), x.TakeColumns(2, 0).Shape);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 3)]
    [InlineData(4, 0)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Columns_that_are_not_there_are_refused(int start, int count)
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2, 3)));
        Refusal.Of<ArgumentException>(() => x.TakeColumns(start, count), "TakeColumns", $"{count} columns from column {start}", "[2, 3]");
    }

    [Fact]
    public void Negative_numbers_and_anything_but_a_matrix_are_refused()
    {
        Variable<float> vector = new Tape<float>().Constant(new Tensor<float>(new Shape(3)));
        Assert.Throws<ArgumentOutOfRangeException>("start", () => vector.TakeColumns(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => vector.TakeColumns(1, -2));
        Refusal.Of<ArgumentException>(() => vector.TakeColumns(0, 1), "TakeColumns", "x of rank 2", "[3]");
    }
}
