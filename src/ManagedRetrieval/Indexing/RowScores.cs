using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Scores of some queries against rows of floats.</summary>
internal static class RowScores
{
    /// <summary>The dot products, of several heads the greatest; NaN where one of them is NaN.</summary>
    /// <param name="queries">[queries, heads, d].</param>
    /// <param name="count">The number of queries.</param>
    /// <param name="rows">[rows, d].</param>
    /// <param name="scores">[queries, rows].</param>
    public static void Write(ReadOnlySpan<float> queries, int count, ReadOnlySpan<float> rows, Span<float> scores)
    {
        int total = scores.Length / count, width = rows.Length / total;
        ScoreTiles.Run(queries, 0, rows, 0, width, new ScoreStore(scores, total), queries.Length / (count * width));
    }

    /// <summary>The same of rows here and there.</summary>
    /// <param name="queries">[queries, heads, d].</param>
    /// <param name="count">The number of queries.</param>
    /// <param name="embeddings">[all rows, d].</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="scores">[queries, <paramref name="rows"/>].</param>
    /// <param name="toUnitLength">Whether the rows are brought to length 1 first.</param>
    public static void Write(
        ReadOnlySpan<float> queries, int count, Tensor<float> embeddings, ReadOnlySpan<int> rows, Span<float> scores, bool toUnitLength = false)
    {
        int width = embeddings.Shape.RowLength;
        using var gathered = new Scratch<float>(rows.Length * width);
        Rows.Gather(embeddings.Span, width, rows, gathered.Span);
        if (toUnitLength)
        {
            UnitRows.Write(gathered.Span, width, gathered.Span);
        }

        Write(queries, count, gathered.Span, scores);
    }

    /// <summary>The same for one query.</summary>
    /// <param name="query">[heads, d].</param>
    /// <param name="embeddings">[all rows, d].</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="scores">One for each of <paramref name="rows"/>.</param>
    /// <param name="toUnitLength">Whether the rows are brought to length 1 first.</param>
    public static void Write(ReadOnlySpan<float> query, Tensor<float> embeddings, ReadOnlySpan<int> rows, Span<float> scores, bool toUnitLength = false) =>
        Write(query, 1, embeddings, rows, scores, toUnitLength);
}
