using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Finds all rows whose scores in <see cref="Int8Scan"/> reach a given one, unless they are too many, which ends the scan early.</summary>
internal static class Int8Reached
{
    /// <summary>Rounded queries of a part, as in <see cref="Int8TopK"/>.</summary>
    private const int QueryBlock = 32;

    /// <summary>Rows of a part: 512 KiB of 64 bytes, which stay in the second-level cache while blocks of queries pass by. Lists that are full are not scanned for in the next.</summary>
    private const int RangeRows = 8192;

    /// <summary>Fills lists of <paramref name="rows"/>, in no order; −1 after the last.</summary>
    /// <param name="packed">As <see cref="Int8Rows.Pack"/> leaves them.</param>
    /// <param name="rowScales">Of the rows, as many as there are.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="elements">[lists, padded depth], as <see cref="Int8Query.Quantise"/> leaves them.</param>
    /// <param name="queries">[lists]: what belongs to them.</param>
    /// <param name="floors">[lists]: what a row has to reach.</param>
    /// <param name="rows">[lists, entries]; of a list that has too many, any of them.</param>
    /// <param name="counts">[lists]: how many rows there are, or, where the entries are too few, more than these.</param>
    /// <param name="limits">Which rows lists may hold.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void Run(
        ReadOnlySpan<byte> packed,
        ReadOnlySpan<float> rowScales,
        int depth,
        ReadOnlySpan<sbyte> elements,
        ReadOnlySpan<Int8Query> queries,
        ReadOnlySpan<float> floors,
        Span<int> rows,
        Span<int> counts,
        ScanLimits limits,
        WorkerTeam team,
        CancellationToken cancellationToken = default)
    {
        counts.Clear();
        rows.Fill(-1);
        var job = new Job
        {
            Blocks = Partition.BySize(queries.Length, QueryBlock),
            Ranges = Partition.BySize(rowScales.Length, RangeRows),
            Packed = packed,
            RowScales = rowScales,
            Depth = depth,
            Elements = elements,
            Queries = queries,
            Sink = new ReachedRowsSink(rows.Length / Math.Max(1, queries.Length), rows, counts, floors, limits),
            CancellationToken = cancellationToken,
        };
        team.Run(job, job.Blocks.Parts * job.Ranges.Parts);
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
        public required ReachedRowsSink Sink;
        public required CancellationToken CancellationToken;

        public readonly void Run(int part)
        {
            CancellationToken.ThrowIfCancellationRequested();
            (int range, int block) = Math.DivRem(part, Blocks.Parts);
            (int start, int count) = Blocks[block];
            (int row, int rows) = Ranges[range];
            ReachedRowsSink sink = Sink;
            int first = start;
            while (first < start + count && sink.IsOver(first))
            {
                first++;
            }

            int rest = start + count - first, padded = Int8Rows.Padded(Depth);
            if (rest > 0)
            {
                Int8Scan.Run(
                    Packed.Slice(row * padded, Int8Rows.PackedLength(rows, Depth)), RowScales.Slice(row, rows), Depth,
                    Elements.Slice(first * padded, rest * padded), Queries.Slice(first, rest), first, row, ref sink);
            }
        }
    }
}
