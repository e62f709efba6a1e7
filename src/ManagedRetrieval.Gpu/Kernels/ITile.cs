namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>How many threads make a tile of a product together; a type argument, so that kernels are compiled for the number.</summary>
internal interface ITile
{
    /// <summary>Threads along each side, at most <see cref="MatrixProductKernel{TTile}.MostThreads"/>; each makes 4 by 4 elements.</summary>
    int Threads { get; }
}
