using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>The plane in which points differ most: principal component analysis with two components.</summary>
/// <param name="X">Σᵢ (xᵢ − x̄ᵢ) · vᵢ for each point, v the eigenvector of the covariance with the largest eigenvalue.</param>
/// <param name="Y">The same with the second largest.</param>
/// <param name="ShareX">The first eigenvalue over the sum of all.</param>
/// <param name="ShareY">The second eigenvalue over the sum of all.</param>
internal sealed record PrincipalPlane(IReadOnlyList<double> X, IReadOnlyList<double> Y, double ShareX, double ShareY)
{
    /// <summary>Finds the plane. An eigenvector's largest entry, the first of several, is positive: its sign says nothing, and is to be the same every time.</summary>
    /// <param name="points">At least one; all as long as the first, two numbers or more, and finite.</param>
    public static PrincipalPlane Of(IReadOnlyList<ReadOnlyMemory<float>> points)
    {
        // Native providers would give other last digits on other machines.
        Control.UseManaged();
        int d = points[0].Length;
        double[] mean = new double[d];
        foreach (ReadOnlyMemory<float> point in points)
        {
            for (int i = 0; i < d; i++)
            {
                mean[i] += point.Span[i] / (double)points.Count;
            }
        }

        Evd<double> decomposition = Covariance(points, mean).Evd(Symmetricity.Symmetric);

        // In ascending order; what ought to be 0 may come out a little below.
        double[] values = [.. decomposition.EigenValues.Select(value => Math.Max(0, value.Real))];
        double sum = values.Sum();
        return new(
            Along(points, mean, Signed(decomposition.EigenVectors.Column(d - 1))),
            Along(points, mean, Signed(decomposition.EigenVectors.Column(d - 2))),
            sum > 0 ? values[d - 1] / sum : 0,
            sum > 0 ? values[d - 2] / sum : 0);
    }

    private static DenseMatrix Covariance(IReadOnlyList<ReadOnlyMemory<float>> points, double[] mean)
    {
        int d = mean.Length;
        double[] sums = new double[d * d];
        double[] centred = new double[d];
        foreach (ReadOnlyMemory<float> point in points)
        {
            for (int i = 0; i < d; i++)
            {
                centred[i] = point.Span[i] - mean[i];
            }

            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    sums[i * d + j] += centred[i] * centred[j];
                }
            }
        }

        return DenseMatrix.Create(d, d, (i, j) => sums[Math.Max(i, j) * d + Math.Min(i, j)] / points.Count);
    }

    private static Vector<double> Signed(Vector<double> direction) => direction[direction.AbsoluteMaximumIndex()] < 0 ? -direction : direction;

    private static double[] Along(IReadOnlyList<ReadOnlyMemory<float>> points, double[] mean, Vector<double> direction)
    {
        double[] places = new double[points.Count];
        for (int p = 0; p < places.Length; p++)
        {
            ReadOnlySpan<float> point = points[p].Span;
            for (int i = 0; i < mean.Length; i++)
            {
                places[p] += (point[i] - mean[i]) * direction[i];
            }
        }

        return places;
    }
}
