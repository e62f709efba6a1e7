using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Finds each query's best rows of <see cref="Half"/>, as <see cref="TopKSearch"/> does of floats.</summary>
internal static class HalfTopK
{
    /// <summary>Entries of a list up to which ranges of rows are joined, as for floats.</summary>
    private const int LongestJoinedList = 2048;

    /// <summary>Fills <paramref name="scores"/> and <paramref name="found"/>, best first; NaN and −1 where there are no more.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="rows">[rows, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="scores">[queries, k].</param>
    /// <param name="found">[queries, k].</param>
    /// <param name="excluded">Each query's rows to pass over, ascending without repetition.</param>
    /// <param name="offsets">[queries + 1], or empty.</param>
    /// <param name="admitted">A bit for each row that may be found, or empty.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void Run(
        ReadOnlySpan<float> queries,
        ReadOnlySpan<Half> rows,
        int width,
        int heads,
        int k,
        Span<float> scores,
        Span<int> found,
        ReadOnlySpan<int> excluded,
        ReadOnlySpan<int> offsets,
        ReadOnlySpan<ulong> admitted,
        WorkerTeam team,
        CancellationToken cancellationToken = default)
    {
        int count = found.Length / k;
        scores.Fill(float.NaN);
        found.Fill(-1);
        int ranges = k <= LongestJoinedList ? ScoreTiles.Ranges(count, heads, rows.Length / width) : 1;
        bool joins = ranges > 1;
        using var sizes = new Scratch<int>(ranges * count);
        sizes.Span.Clear();
        using var rangeScores = new Scratch<float>(joins ? sizes.Span.Length * k : 0);
        using var rangeRows = new Scratch<int>(joins ? sizes.Span.Length * k : 0);
        var sink = new TopKSink<float>(k, joins ? rangeScores.Span : scores, joins ? rangeRows.Span : found, sizes.Span, excluded, offsets, admitted);
        HalfScores.RunAll(queries, rows, width, sink, team, heads, ranges, cancellationToken);
        if (joins)
        {
            TopKMerge.Run<float>(rangeScores.Span, rangeRows.Span, sizes.Span, k, scores, found);
        }
    }
}
