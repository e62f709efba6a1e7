using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class ScoreTilesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1025)]
    public void Tiles_single_scores_and_the_plain_loop_give_the_same_bits(int candidates)
    {
        foreach (int width in (ReadOnlySpan<int>)[1, 2, 7, 64, 300])
        {
            Check<float>(new Draw(5, 1), queries: 17, candidates, width);
            Check<float>(new Draw(5, 1), queries: 4, candidates, width);
            Check<double>(new Draw(6, 1), queries: 4, candidates, width);
        }
    }

    [Fact]
    public void Only_the_queries_asked_for_are_scored()
    {
        Tensor<float> vectors = new Draw(7, 1).Tensor<float>(new Shape(6, 3));
        float[] all = Naive.Scores(vectors, vectors);
        var sink = new Collect<float>(new float[36], candidates: 6);
        ScoreTiles.Run(vectors.Span, 2, 3, vectors.Span, 3, sink);
        float[] expected = [.. all.Select((score, i) => i is >= 12 and < 30 ? score : 0)];
        Agree.Exactly<float>("scores", expected, sink.Scores);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(70)]
    public void A_query_of_several_heads_scores_the_greatest_of_them_and_single_scores_have_the_same_bits(int heads)
    {
        foreach (int candidates in (ReadOnlySpan<int>)[1, 511, 513])
        {
            Check<float>(new Draw(8, 1), queries: 3, candidates, width: 7, heads);
            Check<double>(new Draw(9, 1), queries: 3, candidates, width: 2, heads);
        }
    }

    [Fact]
    public void The_greatest_head_is_NaN_where_one_is_and_zero_where_zeros_of_both_signs_meet()
    {
        // Underflow gives a zero its sign: a chain that starts at 0 comes to -0 in no other way.
        float[][] heads = [[float.NaN, 1], [1, float.NaN], [float.Epsilon, -float.Epsilon], [-float.Epsilon, float.Epsilon], [-float.Epsilon, -1], [1, 2]];
        float[] expected = [float.NaN, float.NaN, 0, 0, -0f, 1];
        float[] candidates = [0.5f];
        for (int i = 0; i < heads.Length; i++)
        {
            var sink = new Collect<float>(new float[1], candidates: 1);
            ScoreTiles.Run(heads[i], 0, 1, candidates, 1, sink, heads: 2);
            Agree.Exactly<float>("score", [expected[i]], [sink.Scores[0]]);
            Agree.Exactly<float>("single score", [expected[i]], [ScoreTiles.One<float>(heads[i], candidates)]);
        }
    }

    [Theory]
    [InlineData(130, 1)]
    [InlineData(47, 3)]
    [InlineData(3, 100)]
    public void All_queries_are_handed_over_once_by_any_number_of_workers_and_finished(int queries, int heads)
    {
        Tensor<double> q = new Draw(10, 1).Tensor<double>(new Shape(queries, heads, 5));
        Tensor<double> c = new Draw(11, 1).Tensor<double>(new Shape(600, 5));
        foreach (int workers in (ReadOnlySpan<int>)[1, 3])
        {
            using var team = new WorkerTeam(workers);
            double[] scores = new double[queries * 600];
            int[] finished = new int[queries];
            ScoreTiles.RunAll(q.Span, c.Span, 5, new Sums<double>(scores, finished, 600), team, heads);
            Agree.Exactly<double>("scores", Naive.Scores(q, c), scores);
            Assert.All(finished, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Cancelling_stops_between_parts()
    {
        using var stop = new CancellationTokenSource();
        var scored = new List<(int FirstRow, int Count)>();
        var rows = new Watched(scored, stop);
        Assert.Throws<OperationCanceledException>(() => ScoreTiles.RunAll<float, Watched, Collect<float>>(
            new float[2], rows, new Collect<float>([], 0), WorkerTeam.Inline, ranges: 4, cancellationToken: stop.Token));
        Assert.Equal([(0, 25)], scored);
    }

    [Theory]
    [InlineData(30, 1, 1)]
    [InlineData(112, 1, 1)]
    [InlineData(28, 4, 1)]
    [InlineData(113, 1, 2)]
    [InlineData(3, 60, 3)]
    public void Rows_that_have_to_be_scored_for_many_vectors_at_once_are_asked_no_more_often(int queries, int heads, int times)
    {
        var scored = new List<(int FirstRow, int Count)>();
        ScoreTiles.RunAll<float, Watched, Collect<float>>(
            new float[queries * heads * 2], new Watched(scored, null), new Collect<float>([], 0), WorkerTeam.Inline, heads);
        Assert.Equal(Enumerable.Repeat((0, 100), times), scored);
    }

    private static void Check<T>(Draw draw, int queries, int candidates, int width, int heads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> q = draw.Tensor<T>(new Shape(queries, heads, width));
        Tensor<T> c = draw.Tensor<T>(new Shape(candidates, width));
        T[] expected = Naive.Scores(q, c);
        using GuardedMemory<T> guardedQueries = GuardedMemory<T>.Of(q.Span), guardedCandidates = GuardedMemory<T>.Of(c.Span);
        foreach (GemmStrategy strategy in Enum.GetValues<GemmStrategy>())
        {
            var sink = new Collect<T>(new T[expected.Length], candidates);
            ScoreTiles.Run<T, Collect<T>>(guardedQueries.GetSpan(), 0, queries, guardedCandidates.GetSpan(), width, sink, heads, strategy);
            Agree.Exactly<T>($"{strategy} tiles of {candidates} × {width}", expected, sink.Scores);
        }

        T[] singles = [.. expected.Select((_, i) => ScoreTiles.One<T>(q.Row(i / candidates), c.Row(i % candidates)))];
        Agree.Exactly<T>($"single scores of {candidates} × {width}", expected, singles);
    }

    /// <summary>A hundred rows; asked for their scores, it may cancel.</summary>
    private readonly struct Watched(List<(int FirstRow, int Count)> scored, CancellationTokenSource? stop) : IScoredRows<float>
    {
        public static int LeastVectors => ScoreTiles.MostVectors;

        public int Count => 100;

        public int Width => 2;

        public void Score<TSink>(ReadOnlySpan<float> queries, int heads, int firstQuery, int firstRow, int count, TSink sink)
            where TSink : struct, IScoreSink<float>, allows ref struct
        {
            scored.Add((firstRow, count));
            stop?.Cancel();
        }
    }

    /// <summary>Keeps every score, and checks that rows ascend without gaps.</summary>
    private readonly struct Collect<T>(T[] scores, int candidates) : IScoreSink<T>
    {
        private readonly Dictionary<int, int> _next = [];

        public T[] Scores { get; } = scores;

        public void Finish(int first, int count)
        {
        }

        public void Accept(int query, int firstRow, ReadOnlySpan<T> tile)
        {
            Assert.Equal(_next.GetValueOrDefault(query), firstRow);
            _next[query] = firstRow + tile.Length;
            tile.CopyTo(Scores.AsSpan((query * candidates) + firstRow));
        }
    }

    /// <summary>Adds every score to its place, so that one handed over twice shows.</summary>
    private readonly struct Sums<T>(T[] scores, int[] finished, int candidates) : IScoreSink<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Finish(int first, int count)
        {
            for (int query = first; query < first + count; query++)
            {
                finished[query]++;
            }
        }

        public void Accept(int query, int firstRow, ReadOnlySpan<T> tile)
        {
            for (int i = 0; i < tile.Length; i++)
            {
                scores[(query * candidates) + firstRow + i] += tile[i];
            }
        }
    }
}
