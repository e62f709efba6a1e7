using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

/// <summary>Scores with what makes sinks go wrong: many ties, NaN, infinities, zeros of both signs.</summary>
internal static class Scored
{
    public static double[] Draw(Draw draw, int count)
    {
        int levels = draw.Between(1, 6);
        double[] scores = new double[count];
        for (int i = 0; i < count; i++)
        {
            scores[i] = draw.Below(12) switch
            {
                0 => double.NaN,
                1 => double.NegativeInfinity,
                2 => draw.Bool() ? 0.0 : -0.0,
                3 => draw.Uniform(-2, 2),
                _ => draw.Below(levels) - 1,
            };
        }

        return scores;
    }

    /// <summary>Cuts scores into tiles of random lengths, empty ones among them.</summary>
    public static IEnumerable<Range> Tiles(Draw draw, int count)
    {
        int start = 0;
        while (start < count)
        {
            int length = draw.Between(0, Math.Min(count - start, 9));
            yield return new Range(start, start + length);
            start += length;
        }
    }
}
