using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
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
        foreach (int width in (ReadOnlySpan<int>)[1, 2, 7, 64])
        {
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
        ScoreTiles.Run(vectors.Span, 2, 3, vectors.Span, 3, ref sink, new float[ScoreTiles.ScratchLength(3)]);
        float[] expected = [.. all.Select((score, i) => i is >= 12 and < 30 ? score : 0)];
        Agree.Exactly<float>("scores", expected, sink.Scores);
    }

    private static void Check<T>(Draw draw, int queries, int candidates, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> q = draw.Tensor<T>(new Shape(queries, width));
        Tensor<T> c = draw.Tensor<T>(new Shape(candidates, width));
        T[] expected = Naive.Scores(q, c);
        var sink = new Collect<T>(new T[expected.Length], candidates);
        T[] scratch = new T[ScoreTiles.ScratchLength(width)];
        scratch.AsSpan().Fill(T.NaN);
        ScoreTiles.Run<T, Collect<T>>(q.Span, 0, queries, c.Span, width, ref sink, scratch);
        Agree.Exactly<T>($"tiles of {candidates} × {width}", expected, sink.Scores);
        T[] singles = [.. expected.Select((_, i) => ScoreTiles.One<T>(q.Row(i / candidates), c.Row(i % candidates)))];
        Agree.Exactly<T>($"single scores of {candidates} × {width}", expected, singles);
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
}
