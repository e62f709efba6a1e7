using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>Adds a super-block's exponentials to the sums of the columns, each part a chunk of candidates, in the queries' order.</summary>
internal unsafe struct ColumnSumJob<T, TVector, TLanes> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    public required SoftmaxContext<T> Context;

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        int column = (Context.FirstChunk + part) * Context.ChunkRows;
        for (int block = 0; block < Context.Blocks; block++)
        {
            LogitTile<T, TVector, TLanes>.AddToRows(
                Context.Tile(block, part), Context.ChunkRows, Context.ColumnShifts + column, Context.ColumnSums + ((nint)column * TLanes.Count));
        }
    }
}
