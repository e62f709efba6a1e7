using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Finds the rows whose scores in <see cref="Int8Scan"/> are best: by blocks of rounded queries, or by ranges of rows where queries are few.</summary>
internal static class Int8TopK
{
    /// <summary>Rounded queries of a part: their 2 KiB of 64 elements stay in the first-level cache beside the rows, which are read from memory once for all of them.</summary>
    private const int QueryBlock = 32;

    /// <summary>Parts that give some workers something to do, and rows of a part: 1 MiB of 64 bytes, which one query scans in some 25 µs.</summary>
    private const int EnoughParts = 8, SmallestRange = 16384;

    /// <summary>Entries of a list up to which ranges of rows are joined: eight lists of them are a fraction of what the smallest ranges hold, 8 · 16,384 scores.</summary>
    private const int LongestJoinedList = 4096;

    /// <summary>Fills <paramref name="scores"/> and <paramref name="rows"/>, best first; NaN and −1 where there are no more.</summary>
    /// <param name="packed">As <see cref="Int8Rows.Pack"/> leaves them.</param>
    /// <param name="rowScales">Of the rows, as many as there are.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="elements">[lists, padded depth], as <see cref="Int8Query.Quantise"/> leaves them.</param>
    /// <param name="queries">[lists]: what belongs to them.</param>
    /// <param name="k">Entries of a list, at least 1.</param>
    /// <param name="scores">[lists, k].</param>
    /// <param name="rows">[lists, k].</param>
    /// <param name="limits">Which rows lists may hold.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void Run(
        ReadOnlySpan<byte> packed,
        ReadOnlySpan<float> rowScales,
        int depth,
        ReadOnlySpan<sbyte> elements,
        ReadOnlySpan<Int8Query> queries,
        int k,
        Span<float> scores,
        Span<int> rows,
        ScanLimits limits,
        WorkerTeam team,
        CancellationToken cancellationToken = default)
    {
        scores.Fill(float.NaN);
        rows.Fill(-1);
        var blocks = Partition.BySize(queries.Length, QueryBlock);
        int ranges = k <= LongestJoinedList ? Math.Clamp(rowScales.Length / SmallestRange, 1, Math.Max(1, EnoughParts / Math.Max(1, blocks.Parts))) : 1;
        int perRange = (rowScales.Length + ranges - 1) / ranges;
        var cut = Partition.BySize(rowScales.Length, (perRange + Int8Rows.GroupRows - 1) / Int8Rows.GroupRows * Int8Rows.GroupRows);
        int lists = cut.Parts * queries.Length;
        using var room = new Scratch<ulong>(lists * GreatestKeys.Room(k));
        using var sizes = new Scratch<int>(lists);
        using var least = new Scratch<ulong>(lists);
        using var floors = new Scratch<float>(queries.Length);
        using var next = new Scratch<float>(lists);
        sizes.Span.Clear();
        least.Span.Clear();
        floors.Span.Fill(float.NegativeInfinity);
        next.Span.Fill(float.NegativeInfinity);
        bool joins = cut.Parts > 1;
        using var rangeScores = new Scratch<float>(joins ? lists * k : 0);
        using var rangeRows = new Scratch<int>(joins ? lists * k : 0);
        var job = new Job
        {
            Blocks = blocks,
            Ranges = cut,
            Packed = packed,
            RowScales = rowScales,
            Depth = depth,
            Elements = elements,
            Queries = queries,
            K = k,
            Scores = joins ? rangeScores.Span : scores,
            Rows = joins ? rangeRows.Span : rows,
            Sizes = sizes.Span,
            Sink = new TopKScanSink(k, room.Span, sizes.Span, least.Span, floors.Span, next.Span, limits),
            CancellationToken = cancellationToken,
        };
        team.Run(job, blocks.Parts * cut.Parts);
        if (joins)
        {
            TopKMerge.Run<float>(rangeScores.Span, rangeRows.Span, sizes.Span, k, scores, rows);
        }
    }

    private ref struct Job : IParallelJob
    {
        public required Partition Blocks;
        public required Partition Ranges;
        public required ReadOnlySpan<byte> Packed;
        public required ReadOnlySpan<float> RowScales;
        public required int Depth;
        public required ReadOnlySpan<sbyte> Elements;
        public required ReadOnlySpan<Int8Query> Queries;
        public required int K;
        public required Span<float> Scores;
        public required Span<int> Rows;
        public required Span<int> Sizes;
        public required TopKScanSink Sink;
        public required CancellationToken CancellationToken;

        public void Run(int part)
        {
            CancellationToken.ThrowIfCancellationRequested();
            (int range, int block) = Math.DivRem(part, Blocks.Parts);
            (int start, int count) = Blocks[block];
            (int row, int rows) = Ranges[range];
            int padded = Int8Rows.Padded(Depth), first = (range * Queries.Length) + start;
            TopKScanSink sink = Sink;
            Int8Scan.Run(
                Packed.Slice(row * padded, Int8Rows.PackedLength(rows, Depth)), RowScales.Slice(row, rows), Depth,
                Elements.Slice(start * padded, count * padded), Queries.Slice(start, count), first, row, ref sink);
            for (int list = first; list < first + count; list++)
            {
                Sizes[list] = sink.Finish(list, Scores.Slice(list * K, K), Rows.Slice(list * K, K));
            }
        }
    }
}
