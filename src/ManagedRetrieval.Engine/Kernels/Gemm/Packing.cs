using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Lays out strips of an operand as the micro-kernel reads them: [depth, width], zeros where the operand has ended.</summary>
/// <remarks>
/// Scratch: none. Whoever allows a strip to overrun its end gives <see cref="Overrun"/> elements behind it, and packs the
/// strips that lie side by side in ascending order, so that each overwrites what the one before left there.
/// </remarks>
internal static unsafe class Packing
{
    /// <summary>Bytes of a row that is short: half a page. The processor's own prefetcher stops at each, so kernels ask for what lies ahead themselves.</summary>
    public const int ShortRow = 2048;

    /// <summary>Elements behind a strip that may be written where overrunning is allowed.</summary>
    public static int Overrun<T>() => Vector512<T>.Count;

    /// <summary>target[p · width + i] = source[i · stride + p] for i &lt; lanes and p &lt; depth, and 0 for i from lanes on.</summary>
    /// <param name="source">[rows, depth], rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="rows">Rows that may be read, at least one; the strip has the first <paramref name="width"/> of them, or all.</param>
    /// <param name="depth">Columns.</param>
    /// <param name="width">Of the strip.</param>
    /// <param name="target">[depth, width].</param>
    /// <param name="overrun">Whether the strip may overrun its end.</param>
    public static void FromRows<T>(T* source, nint stride, int rows, int depth, int width, T* target, bool overrun)
        where T : unmanaged
    {
        int side = TransposeBlock<T>.Side, start = 0;
        if (TransposeBlock<T>.IsSupported && (overrun || width % side == 0))
        {
            // What lies two strips ahead, in the order in which it lies.
            bool asks = stride * sizeof(T) <= ShortRow && rows >= 3 * width;
            byte* ahead = (byte*)(source + (2 * width * stride)), end = asks ? (byte*)(source + (3 * width * stride)) : ahead;
            for (; start + side <= depth; start += side)
            {
                // The last lanes first, since what their lines overrun is the first lanes of the next.
                for (int i = (width - 1) / side * side; i >= 0; i -= side)
                {
                    for (int line = 0; line < side && ahead < end; line++, ahead += AlignedBuffer.Alignment)
                    {
                        Sse.Prefetch0(ahead);
                    }

                    Block(source + (i * stride) + start, stride, rows - i, target + ((nint)start * width) + i, width);
                }
            }
        }

        int lanes = Math.Min(rows, width);
        for (int p = start; p < depth; p++)
        {
            T* line = target + ((nint)p * width);
            for (int i = 0; i < lanes; i++)
            {
                line[i] = source[(i * stride) + p];
            }

            new Span<T>(line + lanes, width - lanes).Clear();
        }
    }

    /// <summary>For each strip s: target[s · depth · width + p · width + i] = source[p · stride + s · width + i], and 0 where the columns have ended.</summary>
    /// <remarks>All strips in one pass over the rows, which may lie far apart: so each is fetched once.</remarks>
    /// <param name="source">[depth, columns], rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="columns">Columns that may be read; each strip has at least one.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="width">Of a strip.</param>
    /// <param name="strips">How many.</param>
    /// <param name="target">[strips, depth, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromColumns<T>(T* source, nint stride, int columns, int depth, int width, int strips, T* target)
        where T : unmanaged, INumber<T>
    {
        int p = Vector512.IsHardwareAccelerated ? Lines(source, stride, columns, depth, width, strips, target) : 0;
        for (; p < depth; p++)
        {
            for (int s = 0; s < strips; s++)
            {
                T* from = source + (p * stride) + ((nint)s * width), to = target + ((((nint)s * depth) + p) * width);
                int lanes = Math.Min(columns - (s * width), width);
                new ReadOnlySpan<T>(from, lanes).CopyTo(new Span<T>(to, lanes));
                new Span<T>(to + lanes, width - lanes).Clear();
            }
        }
    }

    /// <summary>The lines that may be copied by whole vectors: all but some at the end, behind which other strips, or nothing, lies.</summary>
    /// <returns>How many they are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Lines<T>(T* source, nint stride, int columns, int depth, int width, int strips, T* target)
        where T : unmanaged, INumber<T>
    {
        int side = Vector512<T>.Count, overrun = ((width + side - 1) / side * side) - width;
        bool two = width > side;
        int lines = depth - Math.Max(1, (overrun + width - 1) / width);

        // What is read beyond the last column is the next row's, if that is as long.
        if (width > 2 * side || stride + columns < (strips * width) + overrun)
        {
            return 0;
        }

        int lanes = columns - ((strips - 1) * width);
        Vector512<T> end = Vector512.Create(T.CreateTruncating(lanes));
        Vector512<T> first = Vector512.LessThan(Vector512<T>.Indices, end);
        Vector512<T> second = Vector512.LessThan(Vector512<T>.Indices + Vector512.Create(T.CreateTruncating(side)), end);
        nint next = (nint)depth * width;
        for (int p = 0; p < lines; p++)
        {
            T* from = source, to = target;
            for (int s = 1; s < strips; s++)
            {
                Vector512.Load(from).Store(to);
                if (two)
                {
                    Vector512.Load(from + side).Store(to + side);
                }

                from += width;
                to += next;
            }

            (Vector512.Load(from) & first).Store(to);
            if (two)
            {
                (Vector512.Load(from + side) & second).Store(to + side);
            }

            source += stride;
            target += width;
        }

        return Math.Max(0, lines);
    }

    private static void Block<T>(T* source, nint stride, int rows, T* target, int width)
        where T : unmanaged
    {
        int side = TransposeBlock<T>.Side;
        if (rows >= side)
        {
            TransposeBlock<T>.Run(source, stride, target, width);
            return;
        }

        T* padded = stackalloc T[side * side];
        for (int i = 0; i < side; i++)
        {
            (i < rows ? Vector512.Load(source + (i * stride)) : Vector512<T>.Zero).Store(padded + (i * side));
        }

        TransposeBlock<T>.Run(padded, side, target, width);
    }
}
