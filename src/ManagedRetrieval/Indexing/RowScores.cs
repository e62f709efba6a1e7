using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Indexing;

/// <summary>Scores of one query against rows of floats.</summary>
internal static class RowScores
{
    /// <summary>The dot products, of several heads the greatest; NaN where one of them is NaN.</summary>
    /// <param name="query">[heads, d].</param>
    /// <param name="rows">[rows, d].</param>
    /// <param name="scores">[rows].</param>
    public static void Write(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores)
    {
        int width = rows.Length / scores.Length;
        MatrixVector.Run(query[..width], rows, scores, accumulate: false);
        if (query.Length == width)
        {
            return;
        }

        using var scratch = new Scratch<float>(scores.Length);
        for (int start = width; start < query.Length; start += width)
        {
            MatrixVector.Run(query.Slice(start, width), rows, scratch.Span, accumulate: false);
            TensorPrimitives.Max(scores, scratch.Span, scores);
        }
    }
}
