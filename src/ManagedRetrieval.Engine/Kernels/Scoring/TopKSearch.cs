using System.Numerics;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Finds each query's best candidates: by blocks of queries, or by ranges of candidates where queries are few.</summary>
internal static class TopKSearch
{
    /// <summary>Entries of a query's list up to which ranges of candidates are joined: eight lists of them are a fraction of what the smallest ranges hold, 8 · 8,192 scores.</summary>
    private const int LongestJoinedList = 2048;

    /// <summary>Fills <paramref name="scores"/> and <paramref name="rows"/>, best first; NaN and −1 where there are no more.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="scores">[queries, k].</param>
    /// <param name="rows">[queries, k].</param>
    /// <param name="excluded">Each query's rows to pass over, ascending without repetition.</param>
    /// <param name="excludedOffsets">[queries + 1], or empty.</param>
    /// <param name="admitted">A bit for each candidate that may be found, or empty.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void Run<T>(
        ReadOnlySpan<T> queries,
        ReadOnlySpan<T> candidates,
        int width,
        int heads,
        int k,
        Span<T> scores,
        Span<int> rows,
        ReadOnlySpan<int> excluded,
        ReadOnlySpan<int> excludedOffsets,
        ReadOnlySpan<ulong> admitted,
        WorkerTeam team,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = rows.Length / k;
        scores.Fill(T.NaN);
        rows.Fill(-1);
        int ranges = k <= LongestJoinedList ? ScoreTiles.Ranges(count, heads, candidates.Length / width) : 1;
        using var sizes = new Scratch<int>(ranges * count);
        sizes.Span.Clear();
        if (ranges == 1)
        {
            var sink = new TopKSink<T>(k, scores, rows, sizes.Span, excluded, excludedOffsets, admitted);
            ScoreTiles.RunAll(queries, candidates, width, sink, team, heads, cancellationToken: cancellationToken);
            return;
        }

        using var rangeScores = new Scratch<T>(ranges * count * k);
        using var rangeRows = new Scratch<int>(ranges * count * k);
        var ofRanges = new TopKSink<T>(k, rangeScores.Span, rangeRows.Span, sizes.Span, excluded, excludedOffsets, admitted);
        ScoreTiles.RunAll(queries, candidates, width, ofRanges, team, heads, ranges, cancellationToken);
        TopKMerge.Run<T>(rangeScores.Span, rangeRows.Span, sizes.Span, k, scores, rows);
    }
}
