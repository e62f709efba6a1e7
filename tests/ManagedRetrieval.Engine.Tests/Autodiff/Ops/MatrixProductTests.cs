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
}
