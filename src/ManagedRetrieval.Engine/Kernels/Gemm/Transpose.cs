namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Transposition of a row-major matrix.</summary>
internal static class Transpose
{
    /// <summary>16 × 16 floats are 16 cache lines read and 16 written, which stay in the first-level cache together.</summary>
    private const int Block = 16;

    /// <summary>target[j · targetStride + i] = source[i · columns + j] for i &lt; rows, j &lt; columns. No aliasing.</summary>
    public static void Run<T>(ReadOnlySpan<T> source, int rows, int columns, Span<T> target, int targetStride) =>
        Run(source, columns, rows, columns, target, targetStride);

    /// <summary>target[j · targetStride + i] = source[i · sourceStride + j] for i &lt; rows, j &lt; columns. No aliasing.</summary>
    public static void Run<T>(ReadOnlySpan<T> source, int sourceStride, int rows, int columns, Span<T> target, int targetStride)
    {
        for (int i0 = 0; i0 < rows; i0 += Block)
        {
            int i1 = Math.Min(i0 + Block, rows);
            for (int j0 = 0; j0 < columns; j0 += Block)
            {
                int j1 = Math.Min(j0 + Block, columns);
                for (int j = j0; j < j1; j++)
                {
                    Span<T> line = target.Slice(j * targetStride, rows);
                    for (int i = i0; i < i1; i++)
                    {
                        line[i] = source[(i * sourceStride) + j];
                    }
                }
            }
        }
    }
}
