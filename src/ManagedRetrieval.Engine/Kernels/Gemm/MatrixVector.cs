using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Matrix–vector product: one vector against rows as they lie, each read once and nothing packed.</summary>
/// <remarks>
/// A row's result is one chain of fused multiply-adds over ascending depth, as everywhere. A chain alone would wait for
/// each of its steps; so some rows go side by side, in lanes for which 4 × 4 squares are transposed in registers, or as
/// so many scalars. The limit is how fast memory is read.
/// </remarks>
internal static unsafe class MatrixVector
{
    /// <summary>Multiply-adds of a part: 1 MiB of floats, which takes some 40 µs to read.</summary>
    private const int PartWork = 1 << 18;

    /// <summary>Rows side by side in lanes: two registers of 256 bits, whose chains do not wait for each other.</summary>
    private const int Lanes = 16;

    /// <summary>Rows side by side as scalars.</summary>
    private const int Scalars = 8;

    /// <summary>c[m, n] = op(a)[m, k] · bᵀ, or c += where <paramref name="accumulate"/>: a row of a at a time.</summary>
    /// <param name="a">[m, k], or [k, m] where <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether op(a) = aᵀ.</param>
    /// <param name="b">[n, k].</param>
    /// <param name="c">[m, n]; aliases neither input.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Depth, at least 1.</param>
    /// <param name="accumulate">Whether to add to what c holds.</param>
    /// <param name="team">Shares out rows of b.</param>
    public static void Multiply<T>(ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, Span<T> c, int m, int n, int k, bool accumulate, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var scratch = new Scratch<T>(k);
        for (int i = 0; i < m; i++)
        {
            ReadOnlySpan<T> vector = scratch.Span;
            if (transposeA && m > 1)
            {
                for (int p = 0; p < k; p++)
                {
                    scratch.Span[p] = a[(p * m) + i];
                }
            }
            else
            {
                vector = a.Slice(i * k, k);
            }

            var job = new Job<T>
            {
                Parts = Partition.BySize(n, Math.Max(1, PartWork / k / Lanes) * Lanes),
                Vector = vector,
                Matrix = b,
                Result = c.Slice(i * n, n),
                Accumulate = accumulate,
            };
            team.Run(job, job.Parts.Parts);
        }
    }

    /// <summary>result[j] = Σ over p of vector[p] · rows[j, p], or += where <paramref name="accumulate"/>.</summary>
    /// <param name="vector">[depth].</param>
    /// <param name="rows">[result's length, depth].</param>
    /// <param name="result">Aliases neither input.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public static void Run<T>(ReadOnlySpan<T> vector, ReadOnlySpan<T> rows, Span<T> result, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int depth = vector.Length, j = 0;
        if (!accumulate)
        {
            result.Clear();
        }

        fixed (T* x = vector, first = rows, y = result)
        {
            if (typeof(T) == typeof(float) && Fma.IsSupported)
            {
                for (; j <= result.Length - Lanes; j += Lanes)
                {
                    InLanes((float*)x, (float*)(first + ((nint)j * depth)), depth, (float*)(y + j));
                }
            }

            for (; j <= result.Length - Scalars; j += Scalars)
            {
                AsScalars(x, first + ((nint)j * depth), depth, y + j);
            }

            for (; j < result.Length; j++)
            {
                T* row = first + ((nint)j * depth);
                for (int p = 0; p < depth; p++)
                {
                    y[j] = T.FusedMultiplyAdd(x[p], row[p], y[j]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InLanes(float* x, float* rows, int depth, float* y)
    {
        Vector256<float> low = Vector256.Load(y), high = Vector256.Load(y + 8);
        nint stride = depth;

        // What lies two groups of rows ahead, in the order in which it lies.
        bool asks = depth * sizeof(float) <= Packing.ShortRow;
        byte* ahead = (byte*)(rows + (2 * Lanes * stride));
        int p = 0;
        for (; p <= depth - 4; p += 4)
        {
            if (asks)
            {
                // Four columns of all rows are as much as four lines.
                Sse.Prefetch0(ahead);
                Sse.Prefetch0(ahead + 64);
                Sse.Prefetch0(ahead + 128);
                Sse.Prefetch0(ahead + 192);
                ahead += 256;
            }

            low = FourSteps(x + p, rows + p, stride, low);
            high = FourSteps(x + p, rows + p + (8 * stride), stride, high);
        }

        low.Store(y);
        high.Store(y + 8);
        for (; p < depth; p++)
        {
            for (int j = 0; j < Lanes; j++)
            {
                y[j] = float.FusedMultiplyAdd(x[p], rows[(j * stride) + p], y[j]);
            }
        }
    }

    /// <summary>Four steps of eight rows' chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FourSteps(float* x, float* rows, nint stride, Vector256<float> sums)
    {
        // Rows 0 to 3 lie in the lower halves, rows 4 to 7 in the upper ones; interleaved twice, each register is a column.
        Vector256<float> r0 = Pair(rows, 4 * stride), r1 = Pair(rows + stride, 4 * stride);
        Vector256<float> r2 = Pair(rows + (2 * stride), 4 * stride), r3 = Pair(rows + (3 * stride), 4 * stride);
        Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble(), high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        sums = Fma.MultiplyAdd(Vector256.Create(x[0]), Avx.UnpackLow(low01, low23).AsSingle(), sums);
        sums = Fma.MultiplyAdd(Vector256.Create(x[1]), Avx.UnpackHigh(low01, low23).AsSingle(), sums);
        sums = Fma.MultiplyAdd(Vector256.Create(x[2]), Avx.UnpackLow(high01, high23).AsSingle(), sums);
        return Fma.MultiplyAdd(Vector256.Create(x[3]), Avx.UnpackHigh(high01, high23).AsSingle(), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* row, nint apart) => Vector256.Create(Vector128.Load(row), Vector128.Load(row + apart));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AsScalars<T>(T* x, T* rows, int depth, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T y0, T y1, T y2, T y3, T y4, T y5, T y6, T y7) = (y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7]);
        nint stride = depth;
        for (T* end = x + depth; x < end; x++, rows++)
        {
            y0 = T.FusedMultiplyAdd(*x, rows[0], y0);
            y1 = T.FusedMultiplyAdd(*x, rows[stride], y1);
            y2 = T.FusedMultiplyAdd(*x, rows[2 * stride], y2);
            y3 = T.FusedMultiplyAdd(*x, rows[3 * stride], y3);
            y4 = T.FusedMultiplyAdd(*x, rows[4 * stride], y4);
            y5 = T.FusedMultiplyAdd(*x, rows[5 * stride], y5);
            y6 = T.FusedMultiplyAdd(*x, rows[6 * stride], y6);
            y7 = T.FusedMultiplyAdd(*x, rows[7 * stride], y7);
        }

        (y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7]) = (y0, y1, y2, y3, y4, y5, y6, y7);
    }

    private ref struct Job<T> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public required Partition Parts;
        public required ReadOnlySpan<T> Vector;
        public required ReadOnlySpan<T> Matrix;
        public required Span<T> Result;
        public required bool Accumulate;

        public readonly void Run(int part)
        {
            (int start, int count) = Parts[part];
            MatrixVector.Run(Vector, Matrix.Slice(start * Vector.Length, count * Vector.Length), Result.Slice(start, count), Accumulate);
        }
    }
}
