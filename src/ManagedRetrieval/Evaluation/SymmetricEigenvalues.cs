using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Evaluation;

/// <summary>The eigenvalues of a small symmetric matrix, without their vectors.</summary>
/// <remarks>
/// Householder reflections H = I − 2vvᵀ/(vᵀv) bring the matrix to three diagonals (Golub and Van Loan, Matrix
/// Computations, section 8.3.1); each eigenvalue is then found by bisection, since the number of negative pivots of
/// T − x·I is the number of eigenvalues below x (Sylvester's law of inertia, section 8.4.1 there). Absolute error: a small
/// multiple of n · 2⁻⁵³ · the greatest magnitude. Cost: 4/3 n³ for the reflections, some 55 n² divisions for the bisection.
/// </remarks>
internal static class SymmetricEigenvalues
{
    /// <summary>2⁻⁵¹: no eigenvalue is known better by the matrix's entries, and two numbers further apart have one between them.</summary>
    private const double Precision = 1.0 / (1L << 51);

    /// <summary>All eigenvalues, ascending.</summary>
    /// <param name="matrix">[n, n], symmetric and finite; destroyed.</param>
    /// <param name="n">Rows and columns.</param>
    public static double[] Of(Span<double> matrix, int n)
    {
        double[] diagonal = new double[n];
        double[] squares = new double[n];
        double[] vector = new double[n];
        double[] image = new double[n];
        for (int k = 0; k < n; k++)
        {
            Span<double> row = matrix.Slice(k * n, n);
            diagonal[k] = row[k];
            Span<double> v = vector.AsSpan(0, n - k - 1);
            row[(k + 1)..].CopyTo(v);
            squares[k] = RowReduce.Dot<double>(v, v);

            // The last row has no neighbour, and a row with zeros behind its neighbour is reduced already.
            if (v.Length > 1 && v[1..].ContainsAnyExcept(0.0))
            {
                v[0] += Math.CopySign(Math.Sqrt(squares[k]), v[0]);
                Reflect(matrix, n, k + 1, v, image.AsSpan(0, v.Length));
            }
        }

        return Bisect(diagonal, squares);
    }

    /// <summary>B ← H·B·H for the part B of the matrix from a row and column on: B − v·wᵀ − w·vᵀ, w = p − (pᵀv / vᵀv)·v, p = 2·B·v / (vᵀv).</summary>
    private static void Reflect(Span<double> matrix, int n, int from, ReadOnlySpan<double> v, Span<double> w)
    {
        double length = RowReduce.Dot(v, v);
        for (int i = 0; i < v.Length; i++)
        {
            w[i] = 2 * RowReduce.Dot(matrix.Slice(((from + i) * n) + from, v.Length), v) / length;
        }

        TensorPrimitives.FusedMultiplyAdd(v, -RowReduce.Dot(w, v) / length, w, w);
        for (int i = 0; i < v.Length; i++)
        {
            Span<double> row = matrix.Slice(((from + i) * n) + from, v.Length);
            TensorPrimitives.FusedMultiplyAdd(w, -v[i], row, row);
            TensorPrimitives.FusedMultiplyAdd(v, -w[i], row, row);
        }
    }

    /// <param name="diagonal">[n].</param>
    /// <param name="squares">[n]: the squares of the entries beside the diagonal, and one that is not read.</param>
    private static double[] Bisect(double[] diagonal, double[] squares)
    {
        int n = diagonal.Length;
        (double low, double high, double greatest) = (double.PositiveInfinity, double.NegativeInfinity, 0);
        for (int i = 0; i < n; i++)
        {
            // Gershgorin: every eigenvalue lies within a row's other entries of its diagonal.
            double reach = (i > 0 ? Math.Sqrt(squares[i - 1]) : 0) + (i < n - 1 ? Math.Sqrt(squares[i]) : 0);
            (low, high) = (Math.Min(low, diagonal[i] - reach), Math.Max(high, diagonal[i] + reach));
            greatest = i < n - 1 ? Math.Max(greatest, squares[i]) : greatest;
        }

        // Rounding may put an eigenvalue on the bound or just beyond.
        double precision = Math.Max(Math.Abs(low), Math.Abs(high)) * Precision;
        double leastPivot = Math.Max(1, greatest) * 1e-300;
        double[] eigenvalues = new double[n];
        low -= precision;
        high += precision;
        for (int k = 0; k < n; k++)
        {
            (double below, double above) = (k == 0 ? low : eigenvalues[k - 1], high);
            while (above - below > precision)
            {
                double middle = below + ((above - below) / 2);
                (below, above) = CountBelow(diagonal, squares, middle, leastPivot) > k ? (below, middle) : (middle, above);
            }

            eigenvalues[k] = below + ((above - below) / 2);
        }

        return eigenvalues;
    }

    private static int CountBelow(double[] diagonal, double[] squares, double x, double leastPivot)
    {
        int count = 0;
        double pivot = 1;
        for (int i = 0; i < diagonal.Length; i++)
        {
            pivot = diagonal[i] - x - (i > 0 ? squares[i - 1] / pivot : 0);

            // A pivot of 0 may be taken for a small one of either sign: that moves x by less than it is rounded.
            pivot = Math.Abs(pivot) < leastPivot ? -leastPivot : pivot;
            count += pivot < 0 ? 1 : 0;
        }

        return count;
    }
}
