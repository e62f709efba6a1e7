using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>The second operand of a product, and how its strips are packed.</summary>
internal unsafe struct ColumnStrips<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
{
    /// <summary>[K, N], or [N, K] where <see cref="Transpose"/>.</summary>
    public required T* Source;

    /// <summary>Whether op(b) = bᵀ.</summary>
    public required bool Transpose;

    /// <summary>Columns of op(b).</summary>
    public required int N;

    /// <summary>Depth.</summary>
    public required int K;

    /// <summary>Elements of one line of all strips.</summary>
    public readonly nint Width => (N + TKernel.Columns - 1) / TKernel.Columns * TKernel.Columns;

    /// <summary>One strip: as it lies where b is as wide as a strip, else packed.</summary>
    public readonly T* Strip(int strip, int start, int depth, T* target)
    {
        if (!Transpose && N == TKernel.Columns)
        {
            return Source + ((nint)start * N);
        }

        Pack(strip, 1, start, depth, target);
        return target;
    }

    /// <summary>Packs some strips, one after the other.</summary>
    /// <param name="strip">The first.</param>
    /// <param name="strips">How many.</param>
    /// <param name="start">The first step of the depth.</param>
    /// <param name="depth">Steps.</param>
    /// <param name="target">[strips, depth, width of a strip].</param>
    public readonly void Pack(int strip, int strips, int start, int depth, T* target)
    {
        int column = strip * TKernel.Columns;
        if (!Transpose)
        {
            Packing.FromColumns(Source + ((nint)start * N) + column, N, N - column, depth, TKernel.Columns, strips, target);
            return;
        }

        for (int end = strip + strips; strip < end; strip++)
        {
            column = strip * TKernel.Columns;
            Packing.FromRows(Source + ((nint)column * K) + start, K, N - column, depth, TKernel.Columns, target, overrun: false);
            target += (nint)depth * TKernel.Columns;
        }
    }
}
