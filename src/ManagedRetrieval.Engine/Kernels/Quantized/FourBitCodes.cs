namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Codes of 4 bits, one for each sub-space of a row, laid out for <see cref="FourBitScan"/>.</summary>
/// <remarks>
/// A block holds 32 rows: [sub-spaces, 16] bytes, where byte i of a sub-space has row i's code in its low half and row
/// 16 + i's in its high half. So 128 bits are one sub-space of 32 rows, and 16 table entries of the same sub-space lie in
/// as many bits, whatever the width of a register. Sub-spaces are filled up to a multiple of 4, a register of 512 bits,
/// with code 0; a last block of rows likewise.
/// </remarks>
internal static class FourBitCodes
{
    /// <summary>Rows of a block.</summary>
    public const int BlockRows = 32;

    /// <summary>Values of a code, and entries of a sub-space's table.</summary>
    public const int Values = 16;

    /// <summary>Sub-spaces whose sums, of 255 each, 16 bits hold.</summary>
    public const int MostSubspaces = 256;

    /// <summary>Sub-spaces of a register of 512 bits.</summary>
    internal const int Together = 4;

    /// <summary>Sub-spaces with what fills them up.</summary>
    public static int Padded(int subspaces) => (subspaces + Together - 1) / Together * Together;

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(int subspaces) => Padded(subspaces) * Values;

    /// <summary>Bytes of so many rows.</summary>
    public static int Length(int rows, int subspaces) => checked((int)(((rows + (long)BlockRows - 1) / BlockRows) * BlockBytes(subspaces)));

    /// <summary>Lays out rows.</summary>
    /// <param name="codes">[rows, sub-spaces], each from 0 to 15.</param>
    /// <param name="subspaces">Codes of a row, at least 1.</param>
    /// <param name="blocks">As long as <see cref="Length"/> says.</param>
    public static void Pack(ReadOnlySpan<byte> codes, int subspaces, Span<byte> blocks)
    {
        blocks.Clear();
        for (int row = 0; row < codes.Length / subspaces; row++)
        {
            Put(codes.Slice(row * subspaces, subspaces), row, blocks);
        }
    }

    /// <summary>Writes one row's codes where they belong, over what was there.</summary>
    public static void Put(ReadOnlySpan<byte> codes, int row, Span<byte> blocks)
    {
        int bytes = BlockBytes(codes.Length), place = row % Values, shift = ShiftOf(row);
        Span<byte> block = blocks.Slice(row / BlockRows * bytes, bytes);
        for (int s = 0; s < codes.Length; s++)
        {
            ref byte pair = ref block[(s * Values) + place];
            pair = (byte)((pair & (0xF0 >> shift)) | (codes[s] << shift));
        }
    }

    /// <summary>Reads one row's codes, as many as <paramref name="codes"/> has room for, which is all.</summary>
    public static void CopyRow(ReadOnlySpan<byte> blocks, int row, Span<byte> codes)
    {
        int bytes = BlockBytes(codes.Length), place = row % Values, shift = ShiftOf(row);
        ReadOnlySpan<byte> block = blocks.Slice(row / BlockRows * bytes, bytes);
        for (int s = 0; s < codes.Length; s++)
        {
            codes[s] = (byte)((block[(s * Values) + place] >> shift) & (Values - 1));
        }
    }

    private static int ShiftOf(int row) => row % BlockRows / Values * 4;
}
