using System.Numerics;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Finds each query's best candidates: by blocks of queries, or by ranges of candidates where queries are few.</summary>
internal static class TopKSearch
{
    /// <summary>Entries of a query's list up to which ranges of candidates are joined: eight lists of them are a fraction of what the smallest ranges hold, 8 · 8,192 scores.</summary>
    public const int LongestJoinedList = 2048;

    /// <summary>Fills <paramref name="scores"/> and <paramref name="found"/>, best first; NaN and −1 where there are no more.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="candidates">The rows to find.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="scores">[queries, k].</param>
    /// <param name="found">[queries, k].</param>
    /// <param name="excluded">Each query's rows to pass over, ascending without repetition.</param>
    /// <param name="excludedOffsets">[queries + 1], or empty.</param>
    /// <param name="admitted">A bit for each candidate that may be found, or empty.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void Run<T, TRows>(
        ReadOnlySpan<T> queries,
        TRows candidates,
        int heads,
        int k,
        Span<T> scores,
        Span<int> found,
        ReadOnlySpan<int> excluded,
        ReadOnlySpan<int> excludedOffsets,
        ReadOnlySpan<ulong> admitted,
        WorkerTeam team,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, IScoredRows<T>, allows ref struct
    {
        int count = found.Length / k;
        scores.Fill(T.NaN);
        found.Fill(-1);
        int ranges = k <= LongestJoinedList ? ScoreTiles.Ranges(count, heads, candidates.Count, TRows.LeastVectors) : 1;
        bool joins = ranges > 1;
        using var sizes = new Scratch<int>(ranges * count);
        sizes.Span.Clear();
        using var rangeScores = new Scratch<T>(joins ? ranges * count * k : 0);
        using var rangeRows = new Scratch<int>(joins ? ranges * count * k : 0);
        var sink = new TopKSink<T>(k, joins ? rangeScores.Span : scores, joins ? rangeRows.Span : found, sizes.Span, excluded, excludedOffsets, admitted);
        ScoreTiles.RunAll(queries, candidates, sink, team, heads, ranges, cancellationToken);
        if (joins)
        {
            TopKMerge.Run<T>(rangeScores.Span, rangeRows.Span, sizes.Span, k, scores, found);
        }
    }

    /// <summary>The same among candidates that lie one after the other.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="scores">[queries, k].</param>
    /// <param name="found">[queries, k].</param>
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
        Span<int> found,
        ReadOnlySpan<int> excluded,
        ReadOnlySpan<int> excludedOffsets,
        ReadOnlySpan<ulong> admitted,
        WorkerTeam team,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(queries, new PlainRows<T>(candidates, width), heads, k, scores, found, excluded, excludedOffsets, admitted, team, cancellationToken);
}
