using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

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

    /// <summary>The same of rows here and there.</summary>
    /// <param name="query">[heads, d].</param>
    /// <param name="embeddings">[all rows, d].</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="scores">One for each of <paramref name="rows"/>.</param>
    /// <param name="toUnitLength">Whether the rows are brought to length 1 first.</param>
    public static void Write(ReadOnlySpan<float> query, Tensor<float> embeddings, ReadOnlySpan<int> rows, Span<float> scores, bool toUnitLength = false)
    {
        int width = embeddings.Shape.RowLength;
        using var gathered = new Scratch<float>(rows.Length * width);
        Rows.Gather(embeddings.Span, width, rows, gathered.Span);
        if (toUnitLength)
        {
            UnitRows.Write(gathered.Span, width, gathered.Span);
        }

        Write(query, gathered.Span, scores);
    }
}
