using System.Diagnostics;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Times indexes.</summary>
internal static class Timing
{
    /// <summary>A sample is repeated until it takes this long.</summary>
    private const double SampleSeconds = 0.05;

    /// <summary>An index runs this long before it is timed. Managed code is compiled twice more while it runs, each time some 100 ms after its 30th call.</summary>
    private const double WarmUpSeconds = 0.5;

    /// <summary>Queries a second of several indexes that take turns, so that a slow minute of the machine is everybody's.</summary>
    /// <param name="indexes">Ready to run.</param>
    /// <param name="queries">How many queries a run asks.</param>
    /// <param name="rounds">How often each is timed; the median counts.</param>
    public static double[] Speeds(IReadOnlyList<IIndexUnderTest> indexes, int queries, int rounds)
    {
        int[] repetitions = [.. indexes.Select(Repetitions)];
        double[][] seconds = [.. indexes.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < indexes.Count; i++)
            {
                seconds[i][round] = indexes[i].Run(repetitions[i]) / repetitions[i];
            }
        }

        return [.. seconds.Select(times => queries / Median(times))];
    }

    /// <summary>The middle of some numbers.</summary>
    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static int Repetitions(IIndexUnderTest index)
    {
        long start = Stopwatch.GetTimestamp();
        double seconds;
        do
        {
            seconds = index.Run(1);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);

        return (int)Math.Clamp(Math.Ceiling(SampleSeconds / seconds), 1, 1000);
    }
}
