using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <content>Queries that may find few rows only are scored against all of these.</content>
public abstract partial class TopKIndex<TId>
{
    /// <summary>Rows whose scores are made at once at most, and floats of them: 256 KiB, which stay in the second-level cache while queries pass by.</summary>
    private const int ScannedAtOnce = 1024, FloatsAtOnce = 1 << 16;

    /// <summary>Queries of a part at most: gathering rows, which each part does, is then a fraction of scoring them.</summary>
    private const int MostScanning = 16;

    /// <summary>Up to how many admissible rows are scored one by one rather than searched for.</summary>
    private protected virtual int ExactScanLimit => Count / 16;

    /// <summary>Scores some queries against some rows, with the bits that a search gives these scores.</summary>
    /// <param name="queries">[queries, heads, d].</param>
    /// <param name="count">The number of queries.</param>
    /// <param name="rows">Ascending, at least one.</param>
    /// <param name="scores">[queries, <paramref name="rows"/>].</param>
    private protected abstract void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores);

    /// <summary>Finds one query's best of some rows; NaN and −1 after the last.</summary>
    /// <param name="query">[heads, d].</param>
    /// <param name="rows">Ascending, without repetition.</param>
    /// <param name="scores">[k].</param>
    /// <param name="found">[k].</param>
    /// <param name="cancellationToken">Stops between some rows and the next.</param>
    private protected void RankRows(
        ReadOnlySpan<float> query, ReadOnlySpan<int> rows, Span<float> scores, Span<int> found, CancellationToken cancellationToken) =>
        RankRows(query, 1, rows, exclusions: null, 0, scores, found, cancellationToken);

    /// <summary>Finds the best of some rows for each of some queries; NaN and −1 after the last.</summary>
    /// <param name="queries">[queries, heads, d].</param>
    /// <param name="count">The number of queries.</param>
    /// <param name="rows">Ascending, without repetition.</param>
    /// <param name="exclusions">Which of them single queries may not find; null for none.</param>
    /// <param name="first">The number of the first query there.</param>
    /// <param name="scores">[queries, k].</param>
    /// <param name="found">[queries, k].</param>
    /// <param name="cancellationToken">Stops between some rows and the next.</param>
    private void RankRows(
        ReadOnlySpan<float> queries,
        int count,
        ReadOnlySpan<int> rows,
        RowFilter<TId>? exclusions,
        int first,
        Span<float> scores,
        Span<int> found,
        CancellationToken cancellationToken)
    {
        scores.Fill(float.NaN);
        found.Fill(-1);
        int k = found.Length / count;

        // Gathered they take rows · d floats, and the scores of all heads rows · heads.
        int atOnce = Math.Clamp(FloatsAtOnce / Math.Max(Dimensions, queries.Length / Dimensions), 1, ScannedAtOnce);
        using var sizes = new Scratch<int>(count);
        using var scratch = new Scratch<float>(count * Math.Min(atOnce, rows.Length));
        sizes.Span.Clear();
        var sink = new TopKSink<float>(k, scores, found, sizes.Span);
        for (int start = 0; start < rows.Length; start += atOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> some = rows.Slice(start, Math.Min(atOnce, rows.Length - start));
            Span<float> made = scratch.Span[..(count * some.Length)];
            ScoreRows(queries, count, some, made);
            for (int query = 0; query < count; query++)
            {
                Span<float> line = made.Slice(query * some.Length, some.Length);
                Forbid(exclusions is null ? [] : exclusions.ExcludedBy(first + query), some, line);
                sink.Accept(query, start, line);
            }
        }

        sink.Finish(0, count);
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = found[i] < 0 ? -1 : rows[found[i]];
        }
    }

    /// <summary>Takes away the scores of rows that are excluded. Both lists ascend.</summary>
    private static void Forbid(ReadOnlySpan<int> excluded, ReadOnlySpan<int> rows, Span<float> scores)
    {
        int next = excluded.BinarySearch(rows[0]);
        for (next = next < 0 ? ~next : next; next < excluded.Length && excluded[next] <= rows[^1]; next++)
        {
            if (rows.BinarySearch(excluded[next]) is >= 0 and var at)
            {
                scores[at] = float.NaN;
            }
        }
    }

    private bool IsSearched(RowFilter<TId> filter, int query) => !filter.IsList(query) && !IsFew(filter);

    private bool IsFew(RowFilter<TId> filter) => filter.HasAdmitted && filter.AdmittedCount <= ExactScanLimit;

    private void ScanRows(Tensor<float> queries, int first, int count, TopKResults<TId> results, CancellationToken cancellationToken)
    {
        var job = new RowScan
        {
            Index = this,
            Queries = queries.Rows(first, count),
            First = first,
            Blocks = Partition.BySize(count, Math.Clamp(count / 8, 1, MostScanning)),
            Admitted = IsFew(results.Filter) ? results.Filter.ListAdmitted() : [],
            Results = results,
            CancellationToken = cancellationToken,
        };
        Workers.Run(job, job.Blocks.Parts);
    }

    /// <summary>Scores some queries a part, together those that share their rows.</summary>
    private ref struct RowScan : IParallelJob
    {
        public required TopKIndex<TId> Index;
        public required Tensor<float> Queries;

        /// <summary>The number of the first query among all of the search.</summary>
        public required int First;

        public required Partition Blocks;

        /// <summary>The rows of a query that has no list of its own, but for those that it excludes.</summary>
        public required ReadOnlySpan<int> Admitted;

        public required TopKResults<TId> Results;
        public required CancellationToken CancellationToken;

        public readonly void Run(int part)
        {
            (int start, int length) = Blocks[part];
            for (int query = start, end; query < start + length; query = end)
            {
                bool isList = Results.Filter.IsList(First + query);
                for (end = query + 1; end < start + length && !isList && !Results.Filter.IsList(First + end); end++)
                {
                }

                int count = end - query, number = First + query;
                Index.RankRows(
                    Queries.Rows(query, count).Span, count, isList ? Results.Filter.ListOf(number) : Admitted, isList ? null : Results.Filter, number,
                    Results.ScoresOf(number, count).Span, Results.RowsOf(number, count), CancellationToken);
            }
        }
    }
}
