using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class TopKMergeTests
{
    [Fact]
    public void Ranges_joined_are_the_whole_sorted_with_ties_NaN_and_exclusions() => RandomCases.Check(
        draw =>
        {
            int queries = draw.Length(), count = draw.Between(1, 2 * draw.Size), k = draw.Between(1, count), ranges = draw.Between(1, 5);
            double[][] scores = [.. Enumerable.Range(0, queries).Select(_ => Scored.Draw(draw, count))];
            (int[] excluded, int[] offsets) = draw.Subsets(queries, count);
            double[] rangeScores = new double[ranges * queries * k], best = new double[queries * k];
            int[] rangeRows = new int[ranges * queries * k], rows = new int[queries * k], sizes = new int[ranges * queries];
            var sink = new TopKSink<double>(k, rangeScores, rangeRows, sizes, excluded, offsets);
            int each = (count + ranges - 1) / ranges;
            for (int range = 0; range < ranges; range++)
            {
                for (int query = 0; query < queries; query++)
                {
                    int start = Math.Min(count, range * each);
                    sink.Accept((range * queries) + query, start, scores[query].AsSpan(start..Math.Min(count, start + each)));
                }
            }

            sink.Finish(0, ranges * queries);
            rows.AsSpan().Fill(-1);
            TopKMerge.Run<double>(rangeScores, rangeRows, sizes, k, best, rows);
            for (int query = 0; query < queries; query++)
            {
                double[] left = [.. scores[query]];
                foreach (int row in excluded[offsets[query]..offsets[query + 1]])
                {
                    left[row] = double.NaN;
                }

                (double Score, int Row)[] expected = Naive.TopK<double>(left, k);
                Assert.Equal(expected.Select(entry => entry.Row), rows.Skip(query * k).Take(k));
                Assert.All(expected.Where(entry => entry.Row >= 0).Index(), entry => Assert.Equal(entry.Item.Score, best[(query * k) + entry.Index]));
            }
        },
        cases: 200,
        size: 30);

    [Theory]
    [InlineData(1, 80_000, 8)]
    [InlineData(1, 20_000, 2)]
    [InlineData(1, 1000, 1)]
    [InlineData(200, 80_000, 2)]
    [InlineData(2000, 80_000, 1)]
    public void The_fewer_the_queries_the_more_the_ranges(int queries, int candidates, int ranges) =>
        Assert.Equal(ranges, ScoreTiles.Ranges(queries, 1, candidates));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Ranges_share_out_every_score_once(int queries, int heads)
    {
        const int Rows = 80_000;
        int ranges = ScoreTiles.Ranges(queries, heads, Rows);
        Assert.True(ranges > 1);
        Tensor<float> q = new Draw(1, 1).Tensor<float>(new Shape(queries, heads, 2)), c = new Draw(2, 1).Tensor<float>(new Shape(Rows, 2));
        float[] expected = Naive.Scores(q, c);
        using var team = new WorkerTeam(3);
        float[] scores = new float[expected.Length];
        ScoreTiles.RunAll(q.Span, c.Span, 2, new Placed(scores, queries), team, heads, ranges);
        Agree.Exactly<float>("scores", expected, scores);
    }

    /// <summary>Adds every score to its place, so that one handed over twice shows.</summary>
    private readonly struct Placed(float[] scores, int queries) : IScoreSink<float>
    {
        public void Accept(int query, int firstRow, ReadOnlySpan<float> tile)
        {
            for (int i = 0; i < tile.Length; i++)
            {
                scores[(query % queries * 80_000) + firstRow + i] += tile[i];
            }
        }

        public void Finish(int first, int count)
        {
        }
    }
}
