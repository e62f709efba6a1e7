namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>Linear equations with a symmetric, positive definite matrix.</summary>
internal static class PositiveSystem
{
    /// <summary>Solves matrix · x = right by Cholesky's decomposition.</summary>
    /// <param name="matrix">[n, n]; written over.</param>
    /// <param name="right">[n]; receives x.</param>
    public static void Solve(Span<double> matrix, Span<double> right)
    {
        int n = right.Length;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[(i * n) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[(i * n) + k] * matrix[(j * n) + k];
                }

                matrix[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / matrix[(j * n) + j];
            }

            for (int k = 0; k < i; k++)
            {
                right[i] -= matrix[(i * n) + k] * right[k];
            }

            right[i] /= matrix[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
            {
                right[i] -= matrix[(k * n) + i] * right[k];
            }

            right[i] /= matrix[(i * n) + i];
        }
    }
}
