namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>The innermost product: a tile of the result that stays in registers while the depth ascends.</summary>
/// <remarks>Each number of rows is a type of its own, written out: sums stay in registers only as locals, and a loop over an array of them would not keep them there.</remarks>
internal unsafe interface IMicroKernel<T>
    where T : unmanaged
{
    /// <summary>Rows of the tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of the tile.</summary>
    static abstract int Columns { get; }

    /// <summary>c[i, j] = Σ over p of a[p, i] · b[p, j], or c += where <paramref name="accumulate"/>: one chain of fused multiply-adds over ascending p.</summary>
    /// <param name="depth">Steps, at least 0.</param>
    /// <param name="a">[depth, Rows], packed.</param>
    /// <param name="b">[depth, Columns], packed.</param>
    /// <param name="c">[Rows, Columns], rows <paramref name="stride"/> apart; aliases neither input.</param>
    /// <param name="stride">Elements from one row of c to the next.</param>
    /// <param name="accumulate">Whether the chains start from what c holds.</param>
    /// <param name="nonTemporal">Whether c is written past the caches; its rows must then start on a multiple of a vector's size.</param>
    static abstract void Run(int depth, T* a, T* b, T* c, int stride, bool accumulate, bool nonTemporal);
}
