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

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Create(T value);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a · b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>The greater of each pair; of numbers alone, any of the two where one is NaN.</summary>
    static abstract TVector Maximum(TVector a, TVector b);

    /// <summary>Where a &gt; b, <paramref name="then"/>, else <paramref name="otherwise"/>.</summary>
    static abstract TVector WhereGreater(TVector a, TVector b, TVector then, TVector otherwise);

    /// <summary>Where a = b, <paramref name="then"/>, else <paramref name="otherwise"/>.</summary>
    static abstract TVector WhereEqual(TVector a, TVector b, TVector then, TVector otherwise);

    /// <summary>Whether a &gt; b in any lane.</summary>
    static abstract bool AnyGreater(TVector a, TVector b);

    /// <summary>Adds the lowest bits of <paramref name="shifted"/> to the exponent: value · 2^n for shifted = n + <see cref="LaneExp{T, TVector, TLanes}"/>'s shift.</summary>
    static abstract TVector ScaleByPowerOfTwo(TVector value, TVector shifted);
}
