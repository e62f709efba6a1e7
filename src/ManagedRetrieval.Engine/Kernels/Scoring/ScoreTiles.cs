using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Scores of queries against candidate rows, made tile by tile and handed to a sink.</summary>
/// <remarks>
/// score = one chain of fused multiply-adds over ascending depth from 0, the same for one query or many and the same
/// as in the matrix product, whose kernels make it; of a query with several heads the greatest of their scores, NaN
/// where one of them is NaN.
/// </remarks>
internal static class ScoreTiles
{
    /// <summary>Query vectors of a part at most: so many that packing the candidates, which each part does, is a tenth of scoring them.</summary>
    public const int MostVectors = 112;

    /// <summary>Query vectors of a part at least, where there are so many: fewer, and packing outweighs scoring.</summary>
    public const int LeastVectors = 28;

    /// <summary>Into how many ranges of candidates to cut, so that some workers have something to do where queries are few.</summary>
    /// <param name="queries">How many.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="candidates">How many.</param>
    /// <param name="leastVectors">As <see cref="IScoredRows{T}.LeastVectors"/> says.</param>
    public static int Ranges(int queries, int heads, int candidates, int leastVectors = LeastVectors)
    {
        // 8,192 rows of 64 floats are 2 MiB, which take some 80 µs to read.
        const int EnoughParts = 8, SmallestRange = 8192;
        int blocks = Math.Max(1, Partition.BySize(queries, QueriesOfPart(queries, heads, leastVectors)).Parts);
        return Math.Clamp(candidates / SmallestRange, 1, Math.Max(1, EnoughParts / blocks));
    }

    /// <summary>Hands every score of all queries to <paramref name="sink"/>, shared out by blocks of queries and ranges of rows, and finishes it.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="rows">What they are scored against.</param>
    /// <param name="sink">Takes the scores in; its state of one query is touched by one worker only. It is told range · queries + query for a query's number.</param>
    /// <param name="team">Shares out the parts.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="ranges">Into how many ranges the rows are cut.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void RunAll<T, TRows, TSink>(
        ReadOnlySpan<T> queries,
        TRows rows,
        TSink sink,
        WorkerTeam team,
        int heads = 1,
        int ranges = 1,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, IScoredRows<T>, allows ref struct
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        int count = queries.Length / (heads * rows.Width);
        var job = new Job<T, TRows, TSink>
        {
            Count = count,
            Blocks = Partition.BySize(count, QueriesOfPart(count, heads, TRows.LeastVectors)),
            Ranges = Partition.BySize(rows.Count, Math.Max(1, (rows.Count + ranges - 1) / ranges)),
            Queries = queries,
            Rows = rows,
            Heads = heads,
            Sink = sink,
            CancellationToken = cancellationToken,
        };
        team.Run(job, job.Blocks.Parts * Math.Max(1, job.Ranges.Parts));
    }

    /// <summary>The same against rows that lie one after the other.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="sink">Takes the scores in.</param>
    /// <param name="team">Shares out the parts.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="ranges">Into how many ranges the candidates are cut.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public static void RunAll<T, TSink>(
        ReadOnlySpan<T> queries,
        ReadOnlySpan<T> candidates,
        int width,
        TSink sink,
        WorkerTeam team,
        int heads = 1,
        int ranges = 1,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct =>
        RunAll(queries, new PlainRows<T>(candidates, width), sink, team, heads, ranges, cancellationToken);

    /// <summary>Hands every score of <paramref name="count"/> queries to <paramref name="sink"/>, rows ascending.</summary>
    /// <param name="queries">[all queries, heads, width].</param>
    /// <param name="first">The first query to score; the sink is told numbers from there.</param>
    /// <param name="count">How many.</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="sink">Takes the scores in; what it keeps lies in memory to which it refers, since it is copied.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="strategy">What makes the scores; tests force one.</param>
    public static void Run<T, TSink>(
        ReadOnlySpan<T> queries,
        int first,
        int count,
        ReadOnlySpan<T> candidates,
        int width,
        TSink sink,
        int heads = 1,
        GemmStrategy strategy = GemmStrategy.Automatic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct =>
        Run(queries.Slice(first * heads * width, count * heads * width), first, candidates, 0, width, sink, heads, strategy);

    /// <summary>Hands every score of some queries against some of all candidates to <paramref name="sink"/>, rows ascending.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="firstQuery">What the sink is told for the first query.</param>
    /// <param name="candidates">[candidates, width].</param>
    /// <param name="firstRow">What the sink is told for the first candidate.</param>
    /// <param name="width">Elements of a vector, at least 1.</param>
    /// <param name="sink">Takes the scores in.</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="strategy">What makes the scores.</param>
    public static void Run<T, TSink>(
        ReadOnlySpan<T> queries,
        int firstQuery,
        ReadOnlySpan<T> candidates,
        int firstRow,
        int width,
        TSink sink,
        int heads,
        GemmStrategy strategy = GemmStrategy.Automatic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        var tiles = new TileScores<T, TSink>
        {
            Queries = queries,
            First = firstQuery,
            Candidates = candidates,
            FirstRow = firstRow,
            Width = width,
            Sink = sink,
            Heads = heads,
        };
        int vectors = queries.Length / width;
        if (strategy == GemmStrategy.Automatic)
        {
            strategy = vectors == 1 ? GemmStrategy.MatrixVector : MicroKernels.Widest<T>();
        }

        if (strategy == GemmStrategy.MatrixVector)
        {
            tiles.RunUnpacked();
        }
        else
        {
            MicroKernels.Use<T, TileScores<T, TSink>>(ref tiles, vectors, strategy);
        }
    }

    /// <summary>One score, with the bits that it has among many.</summary>
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

    private static int QueriesOfPart(int count, int heads, int leastVectors)
    {
        // Some parts at least, so that some workers have something to do.
        const int SomeParts = 4;
        int vectors = Math.Clamp(count * heads / SomeParts, leastVectors, MostVectors);
        return Math.Max(1, vectors / heads);
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

    private ref struct Job<T, TRows, TSink> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, IScoredRows<T>, allows ref struct
        where TSink : struct, IScoreSink<T>, allows ref struct
    {
        public required int Count;
        public required Partition Blocks;
        public required Partition Ranges;
        public required ReadOnlySpan<T> Queries;
        public required TRows Rows;
        public required int Heads;
        public required TSink Sink;
        public required CancellationToken CancellationToken;

        public void Run(int part)
        {
            CancellationToken.ThrowIfCancellationRequested();
            (int range, int block) = Math.DivRem(part, Blocks.Parts);
            (int start, int count) = Blocks[block];
            (int row, int rows) = Ranges.Parts == 0 ? (0, 0) : Ranges[range];
            int first = (range * Count) + start, length = Heads * Rows.Width;
            Rows.Score(Queries.Slice(start * length, count * length), Heads, first, row, rows, Sink);
            Sink.Finish(first, count);
        }
    }
}
