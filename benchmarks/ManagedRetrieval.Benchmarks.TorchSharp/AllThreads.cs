using System.Diagnostics;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Measures on several threads at once.</summary>
internal static class AllThreads
{
    /// <summary>The sum of the threads' rates.</summary>
    /// <param name="threads">How many, the calling one being number 0.</param>
    /// <param name="rate">The rate of one thread.</param>
    public static double Sum(int threads, Func<double> rate)
    {
        double[] rates = new double[threads];
        Run(threads, thread => rates[thread] = rate());
        return rates.Sum();
    }

    /// <summary>Seconds from the first thread's start to the last one's end: what all share, such as the memory, a thread that is late would have to itself.</summary>
    /// <param name="threads">How many, the calling one being number 0.</param>
    /// <param name="work">What the thread of this number does.</param>
    public static double Seconds(int threads, Action<int> work)
    {
        (long[] starts, long[] ends) = (new long[threads], new long[threads]);
        Run(threads, thread =>
        {
            starts[thread] = Stopwatch.GetTimestamp();
            work(thread);
            ends[thread] = Stopwatch.GetTimestamp();
        });
        return Stopwatch.GetElapsedTime(starts.Min(), ends.Max()).TotalSeconds;
    }

    private static void Run(int threads, Action<int> work)
    {
        using var together = new Barrier(threads);
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Begin(i)))];
        foreach (Thread other in others)
        {
            other.Start();
        }

        Begin(0);
        foreach (Thread other in others)
        {
            other.Join();
        }

        void Begin(int thread)
        {
            together.SignalAndWait();
            work(thread);
        }
    }
}
