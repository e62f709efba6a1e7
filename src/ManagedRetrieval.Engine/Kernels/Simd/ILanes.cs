namespace ManagedRetrieval.Engine.Kernels.Simd;

/// <summary>Elements side by side in one register: what kernels are written over, once for every width of vector.</summary>
/// <remarks>A lane is on its own: it holds what the same steps in scalars would hold, bit for bit, so that the width cannot be seen in a result.</remarks>
internal unsafe interface ILanes<T, TVector>
    where T : unmanaged
    where TVector : struct
{
    /// <summary>Elements in a register.</summary>
    static abstract int Count { get; }

    /// <summary>0 in every lane.</summary>
    static abstract TVector Zero { get; }

    /// <summary>Consecutive elements; no alignment is asked for.</summary>
    static abstract TVector Load(T* source);

    /// <summary>One element in every lane.</summary>
    static abstract TVector Broadcast(T* source);

    /// <summary>Writes consecutive elements; no alignment is asked for.</summary>
    static abstract void Store(TVector vector, T* target);

    /// <summary>Writes consecutive elements past the caches; the address is a multiple of the register's size.</summary>
    static abstract void StoreNonTemporal(TVector vector, T* target);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);
}
