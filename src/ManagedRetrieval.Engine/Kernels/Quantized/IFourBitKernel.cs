namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Sums what a table says of 64 rows' codes, for one width of register.</summary>
internal unsafe interface IFourBitKernel
{
    /// <summary>sums[row] = Σ over sub-spaces s of table[s, code of the row in s], and which of them reach a threshold.</summary>
    /// <param name="codes">A block as <see cref="FourBitCodes"/> lays it out.</param>
    /// <param name="table">As <see cref="FourBitTable"/> makes it.</param>
    /// <param name="subspaces">An even number, at most 256.</param>
    /// <param name="threshold">What bits tell of.</param>
    /// <param name="sums">Of the 64 rows.</param>
    /// <returns>Bit r where the sum of row r is the threshold or more.</returns>
    static abstract ulong Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums);
}
