namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>One row at a time.</summary>
internal readonly unsafe struct FourBitKernelScalar : IFourBitKernel
{
    /// <inheritdoc/>
    public static uint Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        uint reached = 0;
        for (int row = 0; row < FourBitCodes.BlockRows; row++)
        {
            int sum = 0, place = row % FourBitCodes.Values, shift = row / FourBitCodes.Values * 4;
            for (int s = 0; s < subspaces; s++)
            {
                int line = s * FourBitCodes.Values;
                sum += table[line + ((codes[line + place] >> shift) & (FourBitCodes.Values - 1))];
            }

            sums[row] = (ushort)sum;
            reached |= sum >= threshold ? 1u << row : 0;
        }

        return reached;
    }
}
