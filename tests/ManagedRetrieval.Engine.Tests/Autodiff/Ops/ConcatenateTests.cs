using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class ConcatenateTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        int rows = draw.Length(minimum: 0);
        int[] widths = [.. Enumerable.Range(0, draw.Between(2, 4)).Select(_ => draw.Length(minimum: 0))];
        widths[draw.Below(widths.Length)] = draw.Length();
        return new OpCase
        {
            Op = (new Concatenate<double>(), new Concatenate<float>()),
            Inputs = [.. widths.Select((width, i) => new OpInput($"input {i}", new Shape(rows, width)))],
            Output = new Shape(rows, widths.Sum()),
            Reference = inputs =>
            {
                var result = new List<double>();
                for (int i = 0; i < rows; i++)
                {
                    for (int input = 0; input < widths.Length; input++)
                    {
                        result.AddRange(inputs[input][(i * widths[input])..((i + 1) * widths[input])]);
                    }
                }

                return [.. result];
            },
        };
    });

    [Fact]
    public void Each_input_gets_the_gradient_of_its_columns_and_one_that_stands_twice_gets_both()
    {
        var tape = new Tape<double>();
        Variable<double> a = tape.Input(Tensor<double>.Of(new double[,] { { 1 }, { 2 } }));
        Variable<double> b = tape.Input(Tensor<double>.Of(new double[,] { { 3, 4 }, { 5, 6 } }));
        Variable<double> y = a.Concatenate(b, a);
        Assert.Equal([1, 3, 4, 1, 2, 5, 6, 2], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 10, 20, 30, 40 }, { 50, 60, 70, 80 } }));
        Assert.Equal([50, 130], a.Gradient.Span.ToArray());
        Assert.Equal([20, 30, 60, 70], b.Gradient.Span.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public void Any_number_of_inputs_stands_side_by_side_in_order(int count)
    {
        var tape = new Tape<float>();
        Variable<float>[] inputs = [.. Enumerable.Range(0, count).Select(i => tape.Input(Tensor<float>.Of(new float[,] { { i, i } })))];
        Variable<float> y = inputs[0].Concatenate(inputs.AsSpan(1));
        Assert.Equal(Enumerable.Range(0, 2 * count).Select(i => (float)(i / 2)), y.Value.Span.ToArray());
        var gradient = new Tensor<float>(y.Shape, Enumerable.Range(0, 2 * count).Select(i => (float)i).ToArray());
        tape.Backward(y, gradient);
        Assert.All(inputs.Index(), input => Assert.Equal([2 * input.Index, (2 * input.Index) + 1], input.Item.Gradient.Span.ToArray()));
    }

    [Fact]
    public void Another_number_of_rows_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> a = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> c = tape.Constant(new Tensor<float>(new Shape(5, 4)));
        Refusal.Of<ArgumentException>(() => a.Concatenate(a, c), "Concatenate", "c of shape [2, 4]", "not [5, 4]");
    }

    [Fact]
    public void Anything_but_two_to_four_matrices_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> matrix = tape.Constant(new Tensor<float>(new Shape(2, 2)));
        Variable<float> vector = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => vector.Concatenate(matrix), "Concatenate", "a of rank 2", "[2]");
        Refusal.Of<ArgumentException>(() => matrix.Concatenate(vector), "Concatenate", "b of rank 2", "[2]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new Concatenate<float>(), [matrix]), "Concatenate", "2 to 4 inputs", "not 1");
    }
}
