using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>The matrix product: chooses by shape and processor who makes it.</summary>
/// <remarks>
/// Every element is one chain of fused multiply-adds over ascending depth, from 0 or, when accumulating, from what it held.
/// So the choice cannot be seen in the result, and neither can the number of workers.
/// </remarks>
internal static class Gemm
{
    /// <summary>Rows up to which nothing is gained by packing an operand that lies as it is needed.</summary>
    private const int FewRows = 4;

    /// <summary>Multiply-adds up to which packing costs more than it saves.</summary>
    private const long SmallWork = 1 << 12;

    /// <summary>c[m, n] = op(a)[m, k] · op(b)[k, n], or c += where <paramref name="accumulate"/>.</summary>
    /// <param name="a">[m, k], or [k, m] where <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether op(a) = aᵀ.</param>
    /// <param name="b">[k, n], or [n, k] where <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether op(b) = bᵀ.</param>
    /// <param name="c">[m, n]; aliases neither input.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Depth.</param>
    /// <param name="accumulate">Whether to add to what c holds.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="strategy">Who makes it.</param>
    public static void Multiply<T>(
        ReadOnlySpan<T> a,
        bool transposeA,
        ReadOnlySpan<T> b,
        bool transposeB,
        Span<T> c,
        int m,
        int n,
        int k,
        bool accumulate,
        WorkerTeam team,
        GemmStrategy strategy = GemmStrategy.Automatic)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (strategy == GemmStrategy.Automatic)
        {
            if (n == 1 && m > 1)
            {
                // A column of results lies in memory as a row does.
                Multiply(b, false, a, !transposeA, c, 1, m, k, accumulate, team);
                return;
            }

            strategy = m == 1 && transposeB ? GemmStrategy.MatrixVector
                : (m <= FewRows && !transposeB) || (long)m * n * k <= SmallWork ? GemmStrategy.RowUpdates
                : MicroKernels.Widest<T>();
        }

        bool empty = m == 0 || n == 0 || k == 0;
        if (strategy == GemmStrategy.MatrixVector && transposeB && !empty)
        {
            MatrixVector.Multiply(a, transposeA, b, c, m, n, k, accumulate, team);
            return;
        }

        if (empty || strategy is GemmStrategy.RowUpdates or GemmStrategy.MatrixVector)
        {
            RowUpdateGemm.Multiply(a, transposeA, b, transposeB, c, m, n, k, accumulate, team);
            return;
        }

        var packed = new Packed<T>
        {
            A = a,
            TransposeA = transposeA,
            B = b,
            TransposeB = transposeB,
            C = c,
            M = m,
            N = n,
            K = k,
            Accumulate = accumulate,
            Team = team,
        };
        MicroKernels.Use<T, Packed<T>>(ref packed, m, strategy);
    }

    private ref struct Packed<T> : MicroKernels.IUser<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public required ReadOnlySpan<T> A;
        public required bool TransposeA;
        public required ReadOnlySpan<T> B;
        public required bool TransposeB;
        public required Span<T> C;
        public required int M;
        public required int N;
        public required int K;
        public required bool Accumulate;
        public required WorkerTeam Team;

        public readonly void Run<TKernel, TVector, TLanes>()
            where TKernel : struct, IMicroKernel<T>
            where TVector : struct
            where TLanes : struct, ILanes<T, TVector> =>
            PackedGemm<T, TKernel>.Multiply(A, TransposeA, B, TransposeB, C, M, N, K, Accumulate, Team);
    }
}
