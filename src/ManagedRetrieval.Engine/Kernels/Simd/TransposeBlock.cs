using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Simd;

/// <summary>Transposes a square of elements, as wide as one 512-bit register, in registers.</summary>
/// <remarks>
/// Neighbours are interleaved within each 128 bits, then the 128-bit parts are dealt out: 64 shuffles for 16 × 16 floats,
/// where moving one element at a time takes 512 loads and stores.
/// </remarks>
internal static unsafe class TransposeBlock<T>
    where T : unmanaged
{
    /// <summary>The side of the square: 16 floats or 8 doubles.</summary>
    public static int Side => Vector512<T>.Count;

    /// <summary>Whether the processor can.</summary>
    public static bool IsSupported => Avx512F.IsSupported && (typeof(T) == typeof(float) || typeof(T) == typeof(double));

    /// <summary>target[p, i] = source[i, p] for i, p &lt; <see cref="Side"/>. No aliasing.</summary>
    /// <param name="source">Rows <paramref name="sourceStride"/> elements apart.</param>
    /// <param name="sourceStride">Elements from one row to the next.</param>
    /// <param name="target">Rows <paramref name="targetStride"/> elements apart, written in ascending order, so that rows may overlap: what a later row covers is the later row's.</param>
    /// <param name="targetStride">Elements from one row to the next.</param>
    public static void Run(T* source, nint sourceStride, T* target, nint targetStride)
    {
        if (typeof(T) == typeof(float))
        {
            Floats((float*)source, sourceStride, (float*)target, targetStride);
        }
        else
        {
            Doubles((double*)source, sourceStride, (double*)target, targetStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats(float* s, nint ss, float* t, nint ts)
    {
        // Each quarter: the 4 × 4 squares of four rows, transposed in place; then every output row takes one part of each quarter.
        var a = new Quarter(s, ss);
        var b = new Quarter(s + (4 * ss), ss);
        var c = new Quarter(s + (8 * ss), ss);
        var d = new Quarter(s + (12 * ss), ss);
        var rows0 = new Parts(a.Row0, b.Row0, c.Row0, d.Row0);
        var rows1 = new Parts(a.Row1, b.Row1, c.Row1, d.Row1);
        var rows2 = new Parts(a.Row2, b.Row2, c.Row2, d.Row2);
        var rows3 = new Parts(a.Row3, b.Row3, c.Row3, d.Row3);
        rows0.Part0.Store(t);
        rows1.Part0.Store(t += ts);
        rows2.Part0.Store(t += ts);
        rows3.Part0.Store(t += ts);
        rows0.Part1.Store(t += ts);
        rows1.Part1.Store(t += ts);
        rows2.Part1.Store(t += ts);
        rows3.Part1.Store(t += ts);
        rows0.Part2.Store(t += ts);
        rows1.Part2.Store(t += ts);
        rows2.Part2.Store(t += ts);
        rows3.Part2.Store(t += ts);
        rows0.Part3.Store(t += ts);
        rows1.Part3.Store(t += ts);
        rows2.Part3.Store(t += ts);
        rows3.Part3.Store(t += ts);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Doubles(double* s, nint ss, double* t, nint ts)
    {
        // The same with 2 × 2 squares in each 128 bits.
        Vector512<double> r0 = Vector512.Load(s), r1 = Vector512.Load(s + ss), r2 = Vector512.Load(s + (2 * ss)), r3 = Vector512.Load(s + (3 * ss));
        Vector512<double> r4 = Vector512.Load(s + (4 * ss)), r5 = Vector512.Load(s + (5 * ss)), r6 = Vector512.Load(s + (6 * ss)), r7 = Vector512.Load(s + (7 * ss));
        var even = new DoubleParts(Avx512F.UnpackLow(r0, r1), Avx512F.UnpackLow(r2, r3), Avx512F.UnpackLow(r4, r5), Avx512F.UnpackLow(r6, r7));
        var odd = new DoubleParts(Avx512F.UnpackHigh(r0, r1), Avx512F.UnpackHigh(r2, r3), Avx512F.UnpackHigh(r4, r5), Avx512F.UnpackHigh(r6, r7));
        even.Part0.Store(t);
        odd.Part0.Store(t += ts);
        even.Part1.Store(t += ts);
        odd.Part1.Store(t += ts);
        even.Part2.Store(t += ts);
        odd.Part2.Store(t += ts);
        even.Part3.Store(t += ts);
        odd.Part3.Store(t += ts);
    }

    /// <summary>Four rows; row j then holds, in part g of 128 bits, the four rows' element 4 · g + j.</summary>
    private readonly struct Quarter
    {
        public readonly Vector512<float> Row0, Row1, Row2, Row3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Quarter(float* s, nint stride)
        {
            Vector512<float> r0 = Vector512.Load(s), r1 = Vector512.Load(s + stride), r2 = Vector512.Load(s + (2 * stride)), r3 = Vector512.Load(s + (3 * stride));
            Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
            Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
            Row0 = Avx512F.UnpackLow(low01, low23).AsSingle();
            Row1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
            Row2 = Avx512F.UnpackLow(high01, high23).AsSingle();
            Row3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
        }
    }

    /// <summary>Four registers of four parts each, transposed.</summary>
    private readonly struct Parts
    {
        public readonly Vector512<float> Part0, Part1, Part2, Part3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Parts(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        {
            Vector512<float> ab02 = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00), ab13 = Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
            Vector512<float> cd02 = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00), cd13 = Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
            Part0 = Avx512F.Shuffle4x128(ab02, cd02, 0b10_00_10_00);
            Part1 = Avx512F.Shuffle4x128(ab13, cd13, 0b10_00_10_00);
            Part2 = Avx512F.Shuffle4x128(ab02, cd02, 0b11_01_11_01);
            Part3 = Avx512F.Shuffle4x128(ab13, cd13, 0b11_01_11_01);
        }
    }

    /// <summary>As <see cref="Parts"/>, of doubles.</summary>
    private readonly struct DoubleParts
    {
        public readonly Vector512<double> Part0, Part1, Part2, Part3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public DoubleParts(Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d)
        {
            var parts = new Parts(a.AsSingle(), b.AsSingle(), c.AsSingle(), d.AsSingle());
            (Part0, Part1, Part2, Part3) = (parts.Part0.AsDouble(), parts.Part1.AsDouble(), parts.Part2.AsDouble(), parts.Part3.AsDouble());
        }
    }
}
