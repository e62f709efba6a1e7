using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Scores of queries against candidate rows, made tile by tile and handed to a sink.</summary>
/// <remarks>
/// score = one chain of fused multiply-adds over ascending depth from 0, the same for one query or many and the same
/// as in the matrix product. Lanes run across candidates, for which a tile of them is transposed into scratch.
/// </remarks>
internal static class ScoreTiles
{
    /// <summary>Candidates in a tile: 64 dimensions of 512 floats are 128 KiB and stay in the second-level cache.</summary>
    private const int TileRows = 512;

    /// <summary>Queries of a part: so many that transposing the candidates costs little beside scoring them.</summary>
    private const int QueryBlock = 64;

    /// <summary>The scratch that <see cref="Run"/> needs for vectors of <paramref name="width"/> elements.</summary>
    public static int ScratchLength(int width) => (width + 1) * TileRows;

    /// <summary>Hands every score of all queries to <paramref name="sink"/>, shared out by blocks of queries, and finishes it.</summary>
    /// <param name="queries">[queries, width].</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="sink">Takes the scores in; its state of one query is touched by one worker only.</param>
    /// <param name="team">Shares out the blocks.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static void RunAll<T, TSink>(
        ReadOnlySpan<T> queries, ReadOnlySpan<T> candidates, int width, TSink sink, WorkerTeam team, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        var job = new Job<T, TSink>
        {
            Blocks = Partition.BySize(queries.Length / width, QueryBlock),
            Queries = queries,
            Candidates = candidates,
            Width = width,
            Sink = sink,
            CancellationToken = cancellationToken,
        };
        team.Run(job, job.Blocks.Parts);
    }

    /// <summary>Hands every score of <paramref name="count"/> queries to <paramref name="sink"/>, rows ascending.</summary>
    /// <param name="queries">[all queries, width].</param>
    /// <param name="first">The first query to score; the sink is told numbers from there.</param>
    /// <param name="count">How many.</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector.</param>
    /// <param name="sink">Takes the scores in.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> elements.</param>
    public static void Run<T, TSink>(
        ReadOnlySpan<T> queries, int first, int count, ReadOnlySpan<T> candidates, int width, ref TSink sink, Span<T> scratch)
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
                ReadOnlySpan<T> vector = Rows.Of(queries, width, query);
                scores.Clear();
                for (int d = 0; d < width; d++)
                {
                    TensorPrimitives.FusedMultiplyAdd(tile.Slice(d * TileRows, rows), vector[d], scores, scores);
                }

                sink.Accept(query, row, scores);
            }
        }
    }

    /// <summary>One score, with the bits that <see cref="Run"/> gives it.</summary>
    public static T One<T>(ReadOnlySpan<T> query, ReadOnlySpan<T> candidate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T score = T.Zero;
        for (int d = 0; d < query.Length; d++)
        {
            score = T.FusedMultiplyAdd(query[d], candidate[d], score);
        }

        return score;
    }

    private ref struct Job<T, TSink> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Queries;
        public required ReadOnlySpan<T> Candidates;
        public required int Width;
        public required TSink Sink;
        public required CancellationToken CancellationToken;

        public void Run(int part)
        {
            CancellationToken.ThrowIfCancellationRequested();
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(ScratchLength(Width));
            ScoreTiles.Run(Queries, start, count, Candidates, Width, ref Sink, scratch.Span);
            Sink.Finish(start, count);
        }
    }
}
