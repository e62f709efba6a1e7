namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>One row.</summary>
internal readonly unsafe struct Int8LanesScalar : IInt8Lanes<int>
{
    /// <inheritdoc/>
    public static int Count => 1;

    /// <inheritdoc/>
    public static int Broadcast(sbyte* query) => *(int*)query;

    /// <inheritdoc/>
    public static int Load(byte* rows) => *(int*)rows;

    /// <inheritdoc/>
    public static int MultiplyAdd(int rows, int query, int sums)
    {
        for (int shift = 0; shift < 32; shift += 8)
        {
            sums += (byte)(rows >> shift) * (sbyte)(query >> shift);
        }

        return sums;
    }

    /// <inheritdoc/>
    public static uint Finish(int sums, in Int8Query query, float* scales, float threshold, float* scores)
    {
        *scores = ((float)(sums - query.Offset) * *scales * query.Scale) + query.Bias;
        return *scores >= threshold ? 1u : 0;
    }
}
