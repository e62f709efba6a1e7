using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Scores of queries against candidate rows, made tile by tile and handed to a sink.</summary>
/// <remarks>
/// score = one chain of fused multiply-adds over ascending depth from 0, the same for one query or many and the same
/// as in the matrix product; of a query with several heads the greatest of their scores, NaN where one of them is NaN.
/// Lanes run across candidates, for which a tile of them is transposed into scratch.
/// </remarks>
internal static class ScoreTiles
{
    /// <summary>Candidates in a tile: 64 dimensions of 512 floats are 128 KiB and stay in the second-level cache.</summary>
    private const int TileRows = 512;

    /// <summary>Query vectors of a part: so many that transposing the candidates costs little beside scoring them.</summary>
    private const int QueryBlock = 64;

    /// <summary>The scratch that <see cref="Run"/> needs for vectors of <paramref name="width"/> elements: a tile, a line of scores, and one more for further heads.</summary>
    public static int ScratchLength(int width, int heads = 1) => (width + (heads > 1 ? 2 : 1)) * TileRows;

    /// <summary>Hands every score of all queries to <paramref name="sink"/>, shared out by blocks of queries, and finishes it.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="sink">Takes the scores in; its state of one query is touched by one worker only.</param>
    /// <param name="team">Shares out the blocks.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static void RunAll<T, TSink>(
        ReadOnlySpan<T> queries, ReadOnlySpan<T> candidates, int width, TSink sink, WorkerTeam team, int heads = 1, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        var job = new Job<T, TSink>
        {
            Blocks = Partition.BySize(queries.Length / (heads * width), Math.Max(1, QueryBlock / heads)),
            Queries = queries,
            Candidates = candidates,
            Width = width,
            Heads = heads,
            Sink = sink,
            CancellationToken = cancellationToken,
        };
        team.Run(job, job.Blocks.Parts);
    }

    /// <summary>Hands every score of <paramref name="count"/> queries to <paramref name="sink"/>, rows ascending.</summary>
    /// <param name="queries">[all queries, heads, width].</param>
    /// <param name="first">The first query to score; the sink is told numbers from there.</param>
    /// <param name="count">How many.</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector.</param>
    /// <param name="sink">Takes the scores in.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> elements.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    public static void Run<T, TSink>(
        ReadOnlySpan<T> queries, int first, int count, ReadOnlySpan<T> candidates, int width, ref TSink sink, Span<T> scratch, int heads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        int total = width == 0 ? 0 : candidates.Length / width;
        Span<T> tile = scratch[..(width * TileRows)];
        Span<T> line = scratch.Slice(width * TileRows, TileRows);
        for (int row = 0; row < total; row += TileRows)
        {
            int rows = Math.Min(TileRows, total - row);
            Transpose.Run(candidates.Slice(row * width, rows * width), rows, width, tile, TileRows);
            Span<T> scores = line[..rows];
            for (int query = first; query < first + count; query++)
            {
                Line(tile, Rows.Of(queries, width, query * heads), scores);
                for (int head = 1; head < heads; head++)
                {
                    Span<T> others = scratch.Slice((width + 1) * TileRows, rows);
                    Line(tile, Rows.Of(queries, width, (query * heads) + head), others);
                    TensorPrimitives.Max(scores, others, scores);
                }

                sink.Accept(query, row, scores);
            }
        }
    }

    /// <summary>One score, with the bits that <see cref="Run"/> gives it.</summary>
    /// <param name="query">[heads, width].</param>
    /// <param name="candidate">[width].</param>
    public static T One<T>(ReadOnlySpan<T> query, ReadOnlySpan<T> candidate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = candidate.Length;
        T score = Chain(query[..width], candidate);
        for (int start = width; start < query.Length; start += width)
        {
            score = T.Max(score, Chain(query.Slice(start, width), candidate));
        }

        return score;
    }

    private static T Chain<T>(ReadOnlySpan<T> vector, ReadOnlySpan<T> candidate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T score = T.Zero;
        for (int d = 0; d < vector.Length; d++)
        {
            score = T.FusedMultiplyAdd(vector[d], candidate[d], score);
        }

        return score;
    }

    private static void Line<T>(ReadOnlySpan<T> tile, ReadOnlySpan<T> vector, Span<T> scores)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        scores.Clear();
        for (int d = 0; d < vector.Length; d++)
        {
            TensorPrimitives.FusedMultiplyAdd(tile.Slice(d * TileRows, scores.Length), vector[d], scores, scores);
        }
    }

    private ref struct Job<T, TSink> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Queries;
        public required ReadOnlySpan<T> Candidates;
        public required int Width;
        public required int Heads;
        public required TSink Sink;
        public required CancellationToken CancellationToken;

        public void Run(int part)
        {
            CancellationToken.ThrowIfCancellationRequested();
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(ScratchLength(Width, Heads));
            ScoreTiles.Run(Queries, start, count, Candidates, Width, ref Sink, scratch.Span, Heads);
            Sink.Finish(start, count);
        }
    }
}
