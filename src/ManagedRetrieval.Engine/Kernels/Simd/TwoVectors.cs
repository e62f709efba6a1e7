using System.Runtime.CompilerServices;

namespace ManagedRetrieval.Engine.Kernels.Simd;

/// <summary>One row of a register tile: two vectors side by side, each element a chain of fused multiply-adds.</summary>
internal readonly unsafe struct TwoVectors<T, TVector, TLanes>(TVector left, TVector right)
    where T : unmanaged
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    private readonly TVector _left = left;
    private readonly TVector _right = right;

    /// <summary>Zeros, or what the result holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoVectors<T, TVector, TLanes> Start(bool accumulate, T* c) => accumulate
        ? new(TLanes.Load(c), TLanes.Load(c + TLanes.Count))
        : new(TLanes.Zero, TLanes.Zero);

    /// <summary>This + a · (left, right).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TwoVectors<T, TVector, TLanes> Plus(T* a, TVector left, TVector right)
    {
        TVector factor = TLanes.Broadcast(a);
        return new(TLanes.FusedMultiplyAdd(factor, left, _left), TLanes.FusedMultiplyAdd(factor, right, _right));
    }

    /// <summary>Writes the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(bool nonTemporal, T* c)
    {
        if (nonTemporal)
        {
            TLanes.StoreNonTemporal(_left, c);
            TLanes.StoreNonTemporal(_right, c + TLanes.Count);
        }
        else
        {
            TLanes.Store(_left, c);
            TLanes.Store(_right, c + TLanes.Count);
        }
    }
}
