namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>The innermost product: a tile of the result that stays in registers while the depth ascends.</summary>
/// <remarks>Each number of rows is a type of its own, written out: sums stay in registers only as locals, and a loop over an array of them would not keep them there. No method is to be inlined: within a caller, the compiler's budget ends before the tile does, and a sixteenth of the speed is left.</remarks>
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

    /// <summary>c[i, j] = Σ over p of a[p · step + i] · b[p, j], or c += where <paramref name="accumulate"/>: of an operand that is not packed, the rows of the tile lying side by side.</summary>
    /// <param name="depth">Steps, at least 0.</param>
    /// <param name="a">Read up to element (depth − 1) · step + Rows.</param>
    /// <param name="step">Elements from one step of a to the next.</param>
    /// <param name="b">[depth, Columns], packed.</param>
    /// <param name="c">[Rows, Columns], rows <paramref name="stride"/> apart; aliases neither input.</param>
    /// <param name="stride">Elements from one row of c to the next.</param>
    /// <param name="accumulate">Whether the chains start from what c holds.</param>
    static abstract void RunUnpacked(int depth, T* a, nint step, T* b, T* c, int stride, bool accumulate);

    /// <summary>c[i, j] = Σ over segments s and p &lt; Columns of a[s, i, p] · b[s, p, j], or c += where <paramref name="accumulate"/>: the first operand as this kernel has written results, transposed.</summary>
    /// <param name="segments">How many, at least 1.</param>
    /// <param name="a">[segments, Rows, Columns], segments <paramref name="aNext"/> apart.</param>
    /// <param name="aNext">Elements from one segment of a to the next.</param>
    /// <param name="b">[segments, Columns, Columns], segments <paramref name="bNext"/> apart.</param>
    /// <param name="bNext">Elements from one segment of b to the next.</param>
    /// <param name="c">[Rows, Columns], rows <paramref name="stride"/> apart; aliases neither input.</param>
    /// <param name="stride">Elements from one row of c to the next.</param>
    /// <param name="accumulate">Whether the chains start from what c holds.</param>
    static abstract void RunTransposed(int segments, T* a, nint aNext, T* b, nint bNext, T* c, int stride, bool accumulate);
}
