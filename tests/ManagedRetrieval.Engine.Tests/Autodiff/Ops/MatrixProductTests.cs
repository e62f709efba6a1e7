using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class MatrixProductTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int m, int n, int k) = (draw.Length(), draw.Length(), draw.Length());
        (bool transposeA, bool transposeB) = (draw.Bool(), draw.Bool());
        return new OpCase
        {
            Op = (new MatrixProduct<double>(transposeA, transposeB), new MatrixProduct<float>(transposeA, transposeB)),
            Inputs =
            [
                new OpInput("a", transposeA ? new Shape(k, m) : new Shape(m, k)),
                new OpInput("b", transposeB ? new Shape(n, k) : new Shape(k, n)),
            ],
            Output = new Shape(m, n),
            LinearIn = [0, 1],
            Reference = inputs =>
            {
                double[] result = new double[m * n];
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        for (int p = 0; p < k; p++)
                        {
                            result[(i * n) + j] += inputs[0][transposeA ? (p * m) + i : (i * k) + p] * inputs[1][transposeB ? (j * k) + p : (p * n) + j];
                        }
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void A_matrix_times_itself_transposed_gets_both_gradients()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 } }));
        tape.Backward(x.MatrixProduct(x, transposeB: true));
        Assert.Equal([2, 4], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void A_product_without_depth_is_zero()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(new Tensor<double>(new Shape(2, 0)));
        Variable<double> y = tape.Input(new Tensor<double>(new Shape(0, 3)));
        Variable<double> product = x.MatrixProduct(y);
        tape.Backward(product.Sum());
        Assert.Equal(new double[6], product.Value.Span.ToArray());
    }

    [Theory]
    [InlineData(false, false, "has 3", "has 4")]
    [InlineData(true, false, "has 2", "has 4")]
    [InlineData(false, true, "has 3", "has 5")]
    public void Different_depths_are_refused(bool transposeA, bool transposeB, string first, string second)
    {
        var tape = new Tape<float>();
        Variable<float> a = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> b = tape.Constant(new Tensor<float>(new Shape(4, 5)));
        Refusal.Of<ArgumentException>(() => a.MatrixProduct(b, transposeA, transposeB), "MatrixProduct", "a of shape [2, 3]", first, "b of shape [4, 5]", second);
    }

    [Fact]
    public void Anything_but_matrices_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> matrix = tape.Constant(new Tensor<float>(new Shape(2, 2)));
        Variable<float> vector = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => vector.MatrixProduct(matrix), "MatrixProduct", "a of rank 2", "[2]");
        Refusal.Of<ArgumentException>(() => matrix.MatrixProduct(vector), "MatrixProduct", "b of rank 2", "[2]");
    }
}
