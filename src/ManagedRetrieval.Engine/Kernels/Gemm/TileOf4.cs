using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>A tile of 4 rows and two vectors.</summary>
/// <remarks>For products of few rows: eight sums are as many as keep two multiply-adds a cycle going, each taking four cycles.</remarks>
internal readonly unsafe struct TileOf4<T, TVector, TLanes> : IMicroKernel<T>
    where T : unmanaged
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <inheritdoc/>
    public static int Rows => 4;

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
        for (T* end = a + ((nint)depth * 4); a < end; a += 4)
        {
            TVector left = TLanes.Load(b), right = TLanes.Load(b + TLanes.Count);
            r0 = r0.Plus(a, left, right);
            r1 = r1.Plus(a + 1, left, right);
            r2 = r2.Plus(a + 2, left, right);
            r3 = r3.Plus(a + 3, left, right);
            b += 2 * TLanes.Count;
        }

        r0.Store(nonTemporal, c);
        r1.Store(nonTemporal, c += stride);
        r2.Store(nonTemporal, c += stride);
        r3.Store(nonTemporal, c += stride);
    }
}
