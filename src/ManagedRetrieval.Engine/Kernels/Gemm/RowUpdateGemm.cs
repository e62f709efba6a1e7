using System.Numerics;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Matrix product by row updates: c_i ← c_i + a_ip · b_p for ascending p, each a TensorPrimitives call.</summary>
/// <remarks>
/// <para>
/// Every element is one chain of fused multiply-adds over ascending depth, from 0 or, when accumulating, from what it
/// held: the chain that every other form of the product must reproduce bit for bit.
/// </para>
/// <para>The result depends on the inputs alone; it may not alias them. Scratch: k · n elements where b is transposed.</para>
/// </remarks>
internal static class RowUpdateGemm
{
    /// <summary>Rows of a part: with 1,024 columns and 64 deep that is 2 million fused steps, some 100 µs.</summary>
    private const int RowBlock = 32;

    /// <summary>Columns of a part: a float row of c is 4 KiB and stays in the first-level cache while p ascends.</summary>
    private const int ColumnBlock = 1024;

    /// <summary>c[m, n] = op(a)[m, k] · op(b)[k, n], or c += where <paramref name="accumulate"/>.</summary>
    /// <param name="a">[m, k], or [k, m] where <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether op(a) = aᵀ.</param>
    /// <param name="b">[k, n], or [n, k] where <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether op(b) = bᵀ.</param>
    /// <param name="c">[m, n].</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Depth.</param>
    /// <param name="accumulate">Whether to add to what c holds.</param>
    /// <param name="team">Shares out the blocks.</param>
    public static void Multiply<T>(
        ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, bool transposeB, Span<T> c, int m, int n, int k, bool accumulate, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!transposeB)
        {
            Update(a, transposeA, b, c, m, n, k, accumulate, team);
            return;
        }

        using var scratch = new Scratch<T>(k * n);
        Partition blocks = Partition.BySize(n, ColumnBlock);
        team.Run(new TransposeJob<T> { Blocks = blocks, Source = b, Target = scratch.Span, Columns = k, Stride = n }, blocks.Parts);
        Update(a, transposeA, scratch.Span, c, m, n, k, accumulate, team);
    }

    private static void Update<T>(
        ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, Span<T> c, int m, int n, int k, bool accumulate, WorkerTeam team)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = new UpdateJob<T>
        {
            Rows = Partition.BySize(m, RowBlock),
            Columns = Partition.BySize(n, ColumnBlock),
            A = a,
            RowStride = transposeA ? 1 : k,
            DepthStride = transposeA ? m : 1,
            B = b,
            C = c,
            Width = n,
            Depth = k,
            Accumulate = accumulate,
        };
        team.Run(job, job.Rows.Parts * job.Columns.Parts);
    }

    private ref struct TransposeJob<T> : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Source;
        public required Span<T> Target;
        public required int Columns;
        public required int Stride;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Transpose.Run(Source.Slice(start * Columns, count * Columns), count, Columns, Target[start..], Stride);
        }
    }

    private ref struct UpdateJob<T> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public required Partition Rows;
        public required Partition Columns;
        public required ReadOnlySpan<T> A;
        public required int RowStride;
        public required int DepthStride;
        public required ReadOnlySpan<T> B;
        public required Span<T> C;
        public required int Width;
        public required int Depth;
        public required bool Accumulate;

        public readonly void Run(int part)
        {
            (int column, int columns) = Columns[part / Rows.Parts];
            (int row, int rows) = Rows[part % Rows.Parts];
            for (int i = row; i < row + rows; i++)
            {
                Span<T> target = C.Slice((i * Width) + column, columns);
                if (!Accumulate)
                {
                    target.Clear();
                }

                for (int p = 0; p < Depth; p++)
                {
                    TensorPrimitives.FusedMultiplyAdd(B.Slice((p * Width) + column, columns), A[(i * RowStride) + (p * DepthStride)], target, target);
                }
            }
        }
    }
}
