namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>One row at a time.</summary>
internal readonly unsafe struct FourBitKernelScalar : IFourBitKernel
{
    /// <inheritdoc/>
    public static ulong Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        ulong reached = 0;
        for (int row = 0; row < FourBitCodes.BlockRows; row++)
        {
            int sum = 0, place = FourBitCodes.PlaceOf(row), shift = FourBitCodes.ShiftOf(row);
            for (int line = 0; line < subspaces * FourBitCodes.Line; line += FourBitCodes.Line)
            {
                sum += table[line + ((codes[line + place] >> shift) & (FourBitCodes.Values - 1))];
            }

            sums[row] = (ushort)sum;
            reached |= sum >= threshold ? 1ul << row : 0;
        }

        return reached;
    }
}
