using ManagedRetrieval.Evaluation;
using ManagedRetrieval.TestKit;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace ManagedRetrieval.Tests.Evaluation;

public class SymmetricEigenvaluesTests
{
    public SymmetricEigenvaluesTests() => Control.UseManaged();

    [Fact]
    public void They_are_those_of_another_library() => RandomCases.Check(
        draw =>
        {
            int n = draw.Length();
            Matrix<double> matrix = Matrix<double>.Build.Dense(n, n);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    // Some matrices of many zeros and equal numbers, which have eigenvalues more than once.
                    matrix[i, j] = matrix[j, i] = draw.Seed % 2 == 0 ? draw.Uniform(-2, 2) : draw.Between(-1, 1) * draw.Below(2);
                }
            }

            double scale = Math.ScaleB(1, draw.OneOf(0, -200, 200));
            AssertEigenvalues([.. matrix.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real * scale).Order()], matrix * scale);
        },
        cases: 300,
        size: 24);

    [Fact]
    public void A_matrix_of_three_diagonals_has_the_eigenvalues_of_its_formula()
    {
        // 2 on the diagonal, −1 beside it: 2 − 2·cos(kπ / (n + 1)).
        const int N = 60;
        Matrix<double> matrix = Matrix<double>.Build.Dense(N, N, (i, j) => i == j ? 2 : Math.Abs(i - j) == 1 ? -1 : 0);
        AssertEigenvalues([.. Enumerable.Range(1, N).Select(k => 2 - (2 * Math.Cos(k * Math.PI / (N + 1))))], matrix);
    }

    [Fact]
    public void Diagonals_repeated_values_and_rank_one_come_out_as_they_are()
    {
        AssertEigenvalues([-3, 0, 1, 1, 5], Matrix<double>.Build.DenseOfDiagonalArray([1, 5, -3, 1, 0]));
        AssertEigenvalues([0, 0, 0], Matrix<double>.Build.Dense(3, 3));
        AssertEigenvalues([.. Enumerable.Repeat(0.0, 39), 40], Matrix<double>.Build.Dense(40, 40, 1));
        AssertEigenvalues([7], Matrix<double>.Build.Dense(1, 1, 7));
        Assert.Empty(SymmetricEigenvalues.Of([], 0));
    }

    private static void AssertEigenvalues(double[] expected, Matrix<double> matrix)
    {
        int n = matrix.RowCount;
        double[] values = SymmetricEigenvalues.Of(matrix.ToRowMajorArray(), n);
        double tolerance = 1e-14 * n * expected.Max(Math.Abs);
        Assert.Equal(n, values.Length);
        Assert.Equal(values.Order(), values);
        for (int k = 0; k < n; k++)
        {
            Assert.InRange(values[k], expected[k] - tolerance, expected[k] + tolerance);
        }
    }
}
