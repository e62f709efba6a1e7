using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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
    }
}
