using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The k greatest keys of a query's ranges and of those before; a group of threads for each query.</summary>
internal static class MergeKernel
{
    /// <param name="justFound">[queries, ranges, k].</param>
    /// <param name="before">[queries, k].</param>
    /// <param name="best">[queries, k]: receives the keys.</param>
    /// <param name="merge">How many there are.</param>
    public static void Run(ArrayView<ulong> justFound, ArrayView<ulong> before, ArrayView<ulong> best, MergeShape merge)
    {
        int found = merge.Ranges * merge.K;
        var source = new ListSource
        {
            Found = justFound,
            FoundStart = Grid.IdxX * found,
            FoundLength = found,
            Before = before,
            BeforeStart = Grid.IdxX * merge.K,
            Length = merge.HasBefore != 0 ? found + merge.K : found,
        };
        RadixSelect.Collect(source, RadixSelect.Threshold(source, merge.K), best, Grid.IdxX * merge.K, merge.K);
    }
}
