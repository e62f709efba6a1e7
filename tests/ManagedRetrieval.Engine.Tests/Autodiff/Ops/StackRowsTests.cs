using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class StackRowsTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int m, int n, int width) = (draw.Length(minimum: 0), draw.Length(minimum: 0), draw.Length());
        return new OpCase
        {
            Op = (new StackRows<double>(), new StackRows<float>()),
            Inputs = [new OpInput("a", new Shape(m, width)), new OpInput("b", new Shape(n, width))],
            Output = new Shape(m + n, width),
            Reference = inputs =>
            {
                double[] result = new double[(m + n) * width];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = i < m * width ? inputs[0][i] : inputs[1][i - (m * width)];
                }

                return result;
            },
        };
    });

    [Fact]
    public void The_first_matrix_stands_above_and_each_gets_the_gradient_of_its_rows()
    {
        var tape = new Tape<double>();
        Variable<double> a = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 } }));
        Variable<double> b = tape.Input(Tensor<double>.Of(new double[,] { { 3, 4 }, { 5, 6 } }));
        Variable<double> y = a.StackRows(b);
        Assert.Equal([1, 2, 3, 4, 5, 6], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 10, 20 }, { 30, 40 }, { 50, 60 } }));
        Assert.Equal([10, 20], a.Gradient.Span.ToArray());
        Assert.Equal([30, 40, 50, 60], b.Gradient.Span.ToArray());
    }

    [Fact]
    public void A_matrix_under_itself_gets_both_gradients()
    {
        var tape = new Tape<double>();
        Variable<double> a = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 } }));
        tape.Backward(a.StackRows(a), Tensor<double>.Of(new double[,] { { 10, 20 }, { 3, 4 } }));
        Assert.Equal([13, 24], a.Gradient.Span.ToArray());
    }

    [Fact]
    public void Rows_of_another_length_are_refused()
    {
        var tape = new Tape<float>();
        Variable<float> a = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> b = tape.Constant(new Tensor<float>(new Shape(5, 4)));
        Refusal.Of<ArgumentException>(() => a.StackRows(b), "StackRows", "b of shape [5, 3]", "not [5, 4]");
    }

    [Fact]
    public void Anything_but_matrices_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> matrix = tape.Constant(new Tensor<float>(new Shape(2, 2)));
        Variable<float> vector = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => vector.StackRows(matrix), "StackRows", "a of rank 2", "[2]");
        Refusal.Of<ArgumentException>(() => matrix.StackRows(vector), "StackRows", "b of rank 2", "[2]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new StackRows<float>(), [matrix]), "StackRows", "2 inputs", "not 1");
    }
}
