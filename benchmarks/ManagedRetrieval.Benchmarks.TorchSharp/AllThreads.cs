namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Measures a rate on several threads at once.</summary>
internal static class AllThreads
{
    /// <summary>The sum of the threads' rates.</summary>
    /// <param name="threads">How many, the calling one being number 0.</param>
    /// <param name="rate">The rate of the thread of this number.</param>
    public static double Sum(int threads, Func<int, double> rate)
    {
        double[] rates = new double[threads];
        using var together = new Barrier(threads);
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Measure(i)))];
        foreach (Thread other in others)
        {
            other.Start();
        }

        Measure(0);
        foreach (Thread other in others)
        {
            other.Join();
        }

        return rates.Sum();

        void Measure(int thread)
        {
            together.SignalAndWait();
            rates[thread] = rate(thread);
        }
    }
}
