using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>Packs the candidates, each part a chunk; zeros where they have ended.</summary>
internal unsafe struct PackJob<T, TKernel> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
{
    public required SoftmaxContext<T> Context;

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        T* target = Context.Packed + (part * Context.PackedStride);
        int start = part * Context.ChunkRows;
        for (int row = start; row < start + Context.ChunkRows; row += TKernel.Rows)
        {
            if (row < Context.Candidates)
            {
                Packing.FromRows(
                    Context.CandidateRows + ((nint)row * Context.Width), Context.Width, Context.Candidates - row, Context.Width, TKernel.Rows, target, overrun: true);
            }
            else
            {
                new Span<T>(target, TKernel.Rows * Context.Width).Clear();
            }

            target += TKernel.Rows * Context.Width;
        }
    }
}
