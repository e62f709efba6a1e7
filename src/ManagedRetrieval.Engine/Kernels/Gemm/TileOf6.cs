using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>A tile of 6 rows and two vectors.</summary>
/// <remarks>12 sums, two vectors of b and one factor take 15 of the 16 registers that processors without AVX-512 have.</remarks>
internal readonly unsafe struct TileOf6<T, TVector, TLanes> : IMicroKernel<T>
    where T : unmanaged
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    public static int Columns => 2 * TLanes.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int depth, T* a, T* b, T* c, int stride, bool accumulate, bool nonTemporal)
    {
        T* row = c;
        var r0 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row);
        var r1 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r2 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r3 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r4 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r5 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        for (T* end = a + ((nint)depth * 6); a < end; a += 6)
        {
            TVector left = TLanes.Load(b), right = TLanes.Load(b + TLanes.Count);
            r0 = r0.Plus(a, left, right);
            r1 = r1.Plus(a + 1, left, right);
            r2 = r2.Plus(a + 2, left, right);
            r3 = r3.Plus(a + 3, left, right);
            r4 = r4.Plus(a + 4, left, right);
            r5 = r5.Plus(a + 5, left, right);
            b += 2 * TLanes.Count;
        }

        r0.Store(nonTemporal, c);
        r1.Store(nonTemporal, c += stride);
        r2.Store(nonTemporal, c += stride);
        r3.Store(nonTemporal, c += stride);
        r4.Store(nonTemporal, c += stride);
        r5.Store(nonTemporal, c += stride);
    }
}
