using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Scores of queries against rows of <see cref="Half"/>: a tile of rows is widened, and scored as rows of floats are.</summary>
/// <remarks>Widening is exact, so a score has the bits that <see cref="ScoreTiles"/> gives it for the same rows as floats.</remarks>
internal static class HalfScores
{
    /// <summary>Bytes of a tile of floats that one vector passes by: half of the first-level cache.</summary>
    private const int OneTileBytes = 16 << 10;

    /// <summary>Bytes of a tile that many vectors, packed once for each, pass by: in the second-level cache.</summary>
    private const int TileBytes = 256 << 10;

    /// <summary>Query vectors of a part: so many that widening and packing rows, which each part does, is little beside scoring them.</summary>
    private const int QueryBlock = 112;

    /// <summary>Hands every score of all queries to <paramref name="sink"/>, shared out as <see cref="ScoreTiles.RunAll"/> does, and finishes it.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="rows">[rows, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="sink">Takes the scores in; its state of one query is touched by one worker only. It is told range · queries + query for a query's number.</param>
    /// <param name="team">Shares out the parts.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="ranges">Into how many ranges the rows are cut.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void RunAll<TSink>(
        ReadOnlySpan<float> queries,
        ReadOnlySpan<Half> rows,
        int width,
        TSink sink,
        WorkerTeam team,
        int heads = 1,
        int ranges = 1,
        CancellationToken cancellationToken = default)
        where TSink : struct, IScoreSink<float>, allows ref struct
    {
        int count = queries.Length / (heads * width), total = rows.Length / width;
        var job = new Job<TSink>
        {
            Count = count,
            Blocks = Partition.BySize(count, Math.Max(1, QueryBlock / heads)),
            Ranges = Partition.BySize(total, Math.Max(1, (total + ranges - 1) / ranges)),
            Queries = queries,
            Rows = rows,
            Width = width,
            Heads = heads,
            Sink = sink,
            CancellationToken = cancellationToken,
        };
        team.Run(job, job.Blocks.Parts * Math.Max(1, job.Ranges.Parts));
    }

    /// <summary>Hands every score of some queries to <paramref name="sink"/>, rows ascending.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="rows">[rows, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="firstQuery">What the sink is told for the first query.</param>
    /// <param name="firstRow">What the sink is told for the first row.</param>
    /// <param name="sink">Takes the scores in; what it keeps lies in memory to which it refers, since it is copied.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    public static void Run<TSink>(ReadOnlySpan<float> queries, ReadOnlySpan<Half> rows, int width, int firstQuery, int firstRow, TSink sink, int heads = 1)
        where TSink : struct, IScoreSink<float>, allows ref struct
    {
        int bytes = queries.Length == width ? OneTileBytes : TileBytes, total = rows.Length / width;
        int tileRows = Math.Clamp(bytes / sizeof(float) / width, 1, Math.Max(1, total));
        using var tile = new Scratch<float>(tileRows * width);
        for (int row = 0; row < total; row += tileRows)
        {
            int count = Math.Min(tileRows, total - row);
            Span<float> widened = tile.Span[..(count * width)];
            HalfRows.Widen(rows.Slice(row * width, count * width), widened);
            var moved = new MovedSink<TSink> { Sink = sink, Query = firstQuery, Row = firstRow + row };
            ScoreTiles.Run<float, MovedSink<TSink>>(queries, 0, queries.Length / (heads * width), widened, width, moved, heads);
        }
    }

    /// <summary>Tells another sink where the tile lies among all.</summary>
    private ref struct MovedSink<TSink> : IScoreSink<float>
        where TSink : struct, IScoreSink<float>, allows ref struct
    {
        public required TSink Sink;
        public required int Query;
        public required int Row;

        public void Accept(int query, int firstRow, ReadOnlySpan<float> scores) => Sink.Accept(Query + query, Row + firstRow, scores);

        public void Finish(int first, int count) => Sink.Finish(Query + first, count);
    }

    private ref struct Job<TSink> : IParallelJob
        where TSink : struct, IScoreSink<float>, allows ref struct
    {
        public required int Count;
        public required Partition Blocks;
        public required Partition Ranges;
        public required ReadOnlySpan<float> Queries;
        public required ReadOnlySpan<Half> Rows;
        public required int Width;
        public required int Heads;
        public required TSink Sink;
        public required CancellationToken CancellationToken;

        public void Run(int part)
        {
            CancellationToken.ThrowIfCancellationRequested();
            (int range, int block) = Math.DivRem(part, Blocks.Parts);
            (int start, int count) = Blocks[block];
            (int row, int rows) = Ranges.Parts == 0 ? (0, 0) : Ranges[range];
            int first = (range * Count) + start;
            HalfScores.Run(Queries.Slice(start * Heads * Width, count * Heads * Width), Rows.Slice(row * Width, rows * Width), Width, first, row, Sink, Heads);
            Sink.Finish(first, count);
        }
    }
}
