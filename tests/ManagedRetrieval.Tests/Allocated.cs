namespace ManagedRetrieval.Tests;

/// <summary>How much repeated work allocates on this thread.</summary>
internal static class Allocated
{
    /// <summary>The least that one of several runs allocates, after some to warm up.</summary>
    /// <remarks>
    /// The least, because the shared array pool, which lends kernels their scratch, drops arrays when other tests make
    /// the garbage collector run. What the work itself allocates, it allocates in every run.
    /// </remarks>
    public static long ByOneOf(Action run, int warmUp = 3)
    {
        for (int i = 0; i < warmUp; i++)
        {
            run();
        }

        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
