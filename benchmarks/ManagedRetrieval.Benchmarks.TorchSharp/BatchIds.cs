namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>The rows of a table that a batch names: few of them often, most of them never.</summary>
internal static class BatchIds
{
    /// <summary>A large prime spreads the frequent rows over the table; it must not divide the number of rows.</summary>
    private const long Spread = 2_654_435_761;

    /// <summary>
    /// Ids whose frequency falls with their rank to the power of −2/3: u³ for a uniform u. In a batch of 8192 the first of
    /// 100,000 comes some 176 times.
    /// </summary>
    public static int[] Draw(int count, int rows, Random random)
    {
        int[] ids = new int[count];
        foreach (ref int id in ids.AsSpan())
        {
            double uniform = random.NextDouble();
            id = (int)((long)(rows * uniform * uniform * uniform) * Spread % rows);
        }

        return ids;
    }
}
