using System.Diagnostics;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>One side of a comparison, timed in samples long enough for the clock.</summary>
/// <param name="seconds">Does the work so many times and says how many seconds that took.</param>
internal sealed class Side(Func<int, double> seconds)
{
    /// <summary>A sample is repeated until it takes this long: the clock and a waking worker then no longer show.</summary>
    private const double SampleSeconds = 0.02;

    /// <summary>Work from here on is long.</summary>
    private const double LongSeconds = 0.2;

    /// <summary>Work this long is not run more often than it must be.</summary>
    private const double VeryLongSeconds = 1;

    /// <summary>Memory that grew by this much in a run, 16 MB, has not settled.</summary>
    private const long Unsettled = 1 << 24;

    private const int MostUnsettledRuns = 16;

    private const int SettledRuns = 3;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(250), FirstWarmUpTime = TimeSpan.FromSeconds(1), MostWarmUpTime = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(30);

    private int _repetitions = 1;

    /// <summary>Whether the work takes so long that it does not notice how a sample begins.</summary>
    public bool IsLong { get; private set; }

    /// <summary>Runs until the code is compiled for good and the memory is there, and finds how often a sample has to repeat the work.</summary>
    /// <param name="isFirst">Whether nothing like it has run before in this process.</param>
    public void WarmUp(bool isFirst)
    {
        // The runtime compiles anew what was called often, some 100 ms later. An allocator that keeps memory takes some runs
        // until every piece finds one of its size; a run that still gets fresh pages takes up to three times as long.
        TimeSpan time = isFirst ? FirstWarmUpTime : WarmUpTime;
        long start = Stopwatch.GetTimestamp(), memory = ProcessMemory.Resident();
        double last;
        int settled = 0;
        for (int run = 0; ; run++)
        {
            last = seconds(1);
            long grown = ProcessMemory.Resident();
            settled = grown - memory < Unsettled ? settled + 1 : 0;
            memory = grown;
            TimeSpan passed = Stopwatch.GetElapsedTime(start);
            if (passed >= MostWarmUpTime || (passed >= time && (settled >= (last < VeryLongSeconds ? SettledRuns : 1) || run >= MostUnsettledRuns)))
            {
                break;
            }
        }

        IsLong = last > LongSeconds;
        last = IsLong ? last : seconds(1);
        _repetitions = (int)Math.Clamp(SampleSeconds / last, 1, 100_000);
    }

    /// <summary>Seconds for the work done once.</summary>
    public double Sample()
    {
        // The other side's threads spin for a while after their work, on a processor that this side needs.
        Thread.Sleep(Settling);
        if (!IsLong)
        {
            seconds(1);
        }

        return seconds(_repetitions) / _repetitions;
    }
}
