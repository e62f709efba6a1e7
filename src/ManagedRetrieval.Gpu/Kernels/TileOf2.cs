namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>4 threads for 8 by 8 elements: for ILGPU's own accelerator on the processor, where a thread is one of the system's and a barrier waits for all.</summary>
internal readonly struct TileOf2 : ITile
{
    /// <inheritdoc/>
    public int Threads => 2;
}
