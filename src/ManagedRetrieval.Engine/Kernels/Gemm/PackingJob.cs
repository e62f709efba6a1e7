using System.Numerics;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Packs strips of b: for each block of the depth all of them, one after the other.</summary>
internal unsafe struct PackingJob<T, TKernel> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
{
    /// <summary>The strips, shared out.</summary>
    public required Partition Parts;

    /// <summary>What is packed.</summary>
    public required ColumnStrips<T, TKernel> B;

    /// <summary>The first step of the depth.</summary>
    public required int Start;

    /// <summary>Steps.</summary>
    public required int Count;

    /// <summary>Steps of a block of the depth.</summary>
    public required int Depth;

    /// <summary>[blocks of the depth, strips, depth of a block, width of a strip].</summary>
    public required T* Packed;

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        (int strip, int strips) = Parts[part];
        for (int p = 0; p < Count; p += Depth)
        {
            int depth = Math.Min(Depth, Count - p);
            B.Pack(strip, strips, Start + p, depth, Packed + (p * B.Width) + ((nint)strip * TKernel.Columns * depth));
        }
    }
}
