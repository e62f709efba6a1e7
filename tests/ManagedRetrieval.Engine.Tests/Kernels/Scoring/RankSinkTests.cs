using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class RankSinkTests
{
    [Fact]
    public void Counts_what_a_plain_loop_counts_wherever_the_own_row_lies() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 2 * draw.Size);
            double[] scores = Scored.Draw(draw, count);
            for (int own = 0; own < count; own++)
            {
                int[] above = new int[1];
                int[] tied = new int[1];
                var sink = new RankSink<double>([own], [scores[own]], above, tied);
                foreach (Range tile in Scored.Tiles(draw, count))
                {
                    sink.Accept(0, tile.Start.Value, scores.AsSpan(tile));
                }

                (int expectedAbove, int expectedTied) = Count(scores, own);
                Assert.Equal(expectedAbove, above[0]);
                Assert.Equal(expectedTied, tied[0]);
            }
        },
        size: 20);

    [Fact]
    public void Queries_are_counted_apart()
    {
        int[] above = new int[2];
        int[] tied = new int[2];
        var sink = new RankSink<float>([0, 1], [1f, 3f], above, tied);
        sink.Accept(0, 0, [1, 2, 1]);
        sink.Accept(1, 0, [3, 3, 4]);
        Assert.Equal([1, 1], above);
        Assert.Equal([1, 1], tied);
    }

    private static (int Above, int Tied) Count(double[] scores, int own)
    {
        (int above, int tied) = (0, 0);
        for (int row = 0; row < scores.Length; row++)
        {
            above += row != own && (double.IsNaN(scores[own]) || scores[row] > scores[own]) ? 1 : 0;
            tied += row != own && scores[row] == scores[own] ? 1 : 0;
        }

        return (above, tied);
    }
}
