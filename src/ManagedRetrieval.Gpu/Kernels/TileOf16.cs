namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>256 threads for 64 by 64 elements: every number that a thread reads of shared memory serves four multiply-adds.</summary>
internal readonly struct TileOf16 : ITile
{
    /// <inheritdoc/>
    public int Threads => 16;
}
