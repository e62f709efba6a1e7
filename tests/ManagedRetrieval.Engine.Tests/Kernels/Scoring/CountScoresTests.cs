using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class CountScoresTests
{
    [Fact]
    public void Every_length_is_counted_as_by_a_plain_loop_in_float_and_double()
    {
        for (int length = 0; length < 80; length++)
        {
            double[] scores = Scored.Draw(new Draw((ulong)length, 1), length);
            foreach (double threshold in (ReadOnlySpan<double>)[-1, 0, -0.0, 1, double.NaN, double.NegativeInfinity, double.PositiveInfinity])
            {
                Check(scores, threshold);
                Check<float>([.. scores.Select(score => (float)score)], (float)threshold);
            }
        }
    }

    [Fact]
    public void A_tile_of_one_kind_is_counted_whole()
    {
        float[] tile = new float[512];
        Assert.Equal((0, 512), CountScores.Against<float>(tile, 0));
        Assert.Equal((512, 0), CountScores.Against<float>(tile, -1));
        Assert.Equal(0, CountScores.NaN<float>(tile));
        tile.AsSpan().Fill(float.NaN);
        Assert.Equal((0, 0), CountScores.Against<float>(tile, 0));
        Assert.Equal(512, CountScores.NaN<float>(tile));
    }

    private static void Check<T>(T[] scores, T threshold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal((scores.Count(score => score > threshold), scores.Count(score => score == threshold)), CountScores.Against<T>(scores, threshold));
        Assert.Equal(scores.Count(T.IsNaN), CountScores.NaN<T>(scores));
    }
}
