namespace ManagedRetrieval.TestKit;

/// <summary>What a piece of work allocates.</summary>
public static class Allocation
{
    /// <summary>Asserts that the best of some repetitions allocates nothing on the calling thread: the first ones compile and make room.</summary>
    public static void Nothing(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long allocated = long.MaxValue;
        for (int repetition = 0; repetition < 10; repetition++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);
    }
}
