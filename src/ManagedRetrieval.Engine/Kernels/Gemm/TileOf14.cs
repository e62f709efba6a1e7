using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>A tile of 14 rows and two vectors.</summary>
/// <remarks>28 sums, two vectors of b and one factor take 31 of the 32 registers that AVX-512 has. A step is 28 fused multiply-adds, 14 cycles at two a cycle, and 16 loads, 8 cycles.</remarks>
internal readonly unsafe struct TileOf14<T, TVector, TLanes> : IMicroKernel<T>
    where T : unmanaged
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <inheritdoc/>
    public static int Rows => 14;

    /// <inheritdoc/>
    public static int Columns => 2 * TLanes.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(int depth, T* a, T* b, T* c, int stride, bool accumulate, bool nonTemporal) =>
        Tile<Adjacent>(1, depth, a, Rows, 0, b, 0, c, stride, accumulate, nonTemporal);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunUnpacked(int depth, T* a, nint step, T* b, T* c, int stride, bool accumulate) =>
        Tile<Adjacent>(1, depth, a, step, 0, b, 0, c, stride, accumulate, nonTemporal: false);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunTransposed(int segments, T* a, nint aNext, T* b, nint bNext, T* c, int stride, bool accumulate) =>
        Tile<OfResult<T, TVector, TLanes>>(segments, Columns, a, 1, aNext, b, bNext, c, stride, accumulate, nonTemporal: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<TApart>(int segments, int depth, T* a, nint step, nint aNext, T* b, nint bNext, T* c, int stride, bool accumulate, bool nonTemporal)
        where TApart : struct, IApart
    {
        nint apart = TApart.Elements;
        T* row = c;
        var r0 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row);
        var r1 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r2 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r3 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r4 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r5 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r6 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r7 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r8 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r9 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r10 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r11 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r12 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        var r13 = TwoVectors<T, TVector, TLanes>.Start(accumulate, row += stride);
        for (; segments > 0; segments--)
        {
            T* from = a, strip = b, ahead = a + (Rows * Columns);
            for (T* end = a + (depth * step); from < end; from += step)
            {
                TVector left = TLanes.Load(strip), right = TLanes.Load(strip + TLanes.Count);
                r0 = r0.Plus(from, left, right);
                r1 = r1.Plus(from + apart, left, right);
                r2 = r2.Plus(from + (2 * apart), left, right);
                r3 = r3.Plus(from + (3 * apart), left, right);
                r4 = r4.Plus(from + (4 * apart), left, right);
                r5 = r5.Plus(from + (5 * apart), left, right);
                r6 = r6.Plus(from + (6 * apart), left, right);
                r7 = r7.Plus(from + (7 * apart), left, right);
                r8 = r8.Plus(from + (8 * apart), left, right);
                r9 = r9.Plus(from + (9 * apart), left, right);
                r10 = r10.Plus(from + (10 * apart), left, right);
                r11 = r11.Plus(from + (11 * apart), left, right);
                r12 = r12.Plus(from + (12 * apart), left, right);
                r13 = r13.Plus(from + (13 * apart), left, right);
                strip += 2 * TLanes.Count;
                if (TApart.FetchesAhead && Sse.IsSupported)
                {
                    Sse.Prefetch1(ahead);
                    ahead += TLanes.Count;
                }
            }

            a += aNext;
            b += bNext;
        }

        r0.Store(nonTemporal, c);
        r1.Store(nonTemporal, c += stride);
        r2.Store(nonTemporal, c += stride);
        r3.Store(nonTemporal, c += stride);
        r4.Store(nonTemporal, c += stride);
        r5.Store(nonTemporal, c += stride);
        r6.Store(nonTemporal, c += stride);
        r7.Store(nonTemporal, c += stride);
        r8.Store(nonTemporal, c += stride);
        r9.Store(nonTemporal, c += stride);
        r10.Store(nonTemporal, c += stride);
        r11.Store(nonTemporal, c += stride);
        r12.Store(nonTemporal, c += stride);
        r13.Store(nonTemporal, c += stride);
    }
}
