namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Sums what a table says of 32 rows' codes, for one width of register.</summary>
internal unsafe interface IFourBitKernel
{
    /// <summary>sums[row] = Σ over sub-spaces s of table[s, code of the row in s], and which of them reach a threshold.</summary>
    /// <param name="codes">A block as <see cref="FourBitCodes"/> lays it out.</param>
    /// <param name="table">[sub-spaces, 16].</param>
    /// <param name="subspaces">A multiple of 4, at most 256.</param>
    /// <param name="threshold">What bits tell of.</param>
    /// <param name="sums">Of the 32 rows.</param>
    /// <returns>Bit r where the sum of row r is the threshold or more.</returns>
    static abstract uint Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums);
}
