using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class LogSumExpSinkTests
{
    [Fact]
    public void The_sum_is_that_of_the_plain_loop_wherever_tiles_are_cut() => RandomCases.Check(
        draw =>
        {
            (int queries, int count, double scale) = (draw.Between(1, 3), draw.Between(1, 2 * draw.Size), draw.OneOf(0.1, 1, 20, 1000));
            double[][] scores = [.. Enumerable.Range(0, queries).Select(_ => Scored.Draw(draw, count))];
            double[] shifts = [.. Enumerable.Repeat(double.NegativeInfinity, queries)], sums = new double[queries];
            var sink = new LogSumExpSink<double>(scale, shifts, sums);
            foreach (Range tile in Scored.Tiles(draw, count))
            {
                for (int query = 0; query < queries; query++)
                {
                    sink.Accept(query, tile.Start.Value, scores[query].AsSpan(tile));
                }
            }

            sink.Finish(0, queries);
            for (int query = 0; query < queries; query++)
            {
                double greatest = scores[query].Any(double.IsNaN) ? double.NaN : scores[query].Max();
                double expected = double.IsNegativeInfinity(greatest) ? greatest
                    : (scale * greatest) + Math.Log(scores[query].Sum(score => Math.Exp(scale * (score - greatest))));
                double actual = shifts[query] + Math.Log(sums[query]);
                Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= 1e-13 * (1 + Math.Abs(expected)), $"{actual}, expected {expected}");
            }
        },
        cases: 300,
        size: 20);

    [Fact]
    public void Nothing_overflows_and_what_is_infinite_shows()
    {
        Assert.Equal((double)1e38f, Of(1e38f, 1e38f));
        Assert.Equal(double.NegativeInfinity, Of(float.NegativeInfinity, float.NegativeInfinity));
        Assert.Equal(double.NaN, Of(1, float.PositiveInfinity));
        Assert.Equal(double.NaN, Of(float.NaN, 1));
    }

    private static double Of(params float[] scores)
    {
        (float[] shifts, double[] sums) = ([float.NegativeInfinity], new double[1]);
        var sink = new LogSumExpSink<float>(1, shifts, sums);
        foreach (float score in scores)
        {
            sink.Accept(0, 0, [score]);
        }

        return shifts[0] + Math.Log(sums[0]);
    }
}
