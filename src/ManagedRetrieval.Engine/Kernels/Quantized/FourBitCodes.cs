namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Codes of 4 bits, one for each sub-space of a row, laid out for <see cref="FourBitScan"/>.</summary>
/// <remarks>
/// A block holds 64 rows: [sub-spaces, 32] bytes, where byte 2i of a sub-space has the codes of rows i and 32 + i in its low and
/// high half, and byte 2i + 1 those of rows 16 + i and 48 + i. A scan sums the two bytes of each 16 bits apart; so its sums lie in
/// the order of the rows, 16 of them in 256 bits, and nothing is moved between lanes but for the two sub-spaces of a register
/// of 512 bits. Sub-spaces are filled up to an even number with code 0; a last block of rows likewise.
/// </remarks>
internal static class FourBitCodes
{
    /// <summary>Rows of a block.</summary>
    public const int BlockRows = 64;

    /// <summary>Values of a code, and entries of a sub-space's table.</summary>
    public const int Values = 16;

    /// <summary>Sub-spaces whose sums, of 255 each, 16 bits hold.</summary>
    public const int MostSubspaces = 256;

    /// <summary>Sub-spaces of a register of 512 bits.</summary>
    internal const int Together = 2;

    /// <summary>Bytes of a sub-space of a block.</summary>
    internal const int Line = BlockRows / 2;

    /// <summary>Rows whose codes lie in the same half of the same byte of each 16 bits.</summary>
    internal const int Lanes = BlockRows / 4;

    /// <summary>Sub-spaces with what fills them up.</summary>
    public static int Padded(int subspaces) => (subspaces + Together - 1) / Together * Together;

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(int subspaces) => Padded(subspaces) * Line;

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
        int bytes = BlockBytes(codes.Length), place = PlaceOf(row), shift = ShiftOf(row);
        Span<byte> block = blocks.Slice(row / BlockRows * bytes, bytes);
        for (int s = 0; s < codes.Length; s++)
        {
            ref byte pair = ref block[(s * Line) + place];
            pair = (byte)((pair & (0xF0 >> shift)) | (codes[s] << shift));
        }
    }

    /// <summary>Reads one row's codes, as many as <paramref name="codes"/> has room for, which is all.</summary>
    public static void CopyRow(ReadOnlySpan<byte> blocks, int row, Span<byte> codes)
    {
        int bytes = BlockBytes(codes.Length), place = PlaceOf(row), shift = ShiftOf(row);
        ReadOnlySpan<byte> block = blocks.Slice(row / BlockRows * bytes, bytes);
        for (int s = 0; s < codes.Length; s++)
        {
            codes[s] = (byte)((block[(s * Line) + place] >> shift) & (Values - 1));
        }
    }

    /// <summary>By how many bits a row's codes are shifted.</summary>
    internal static int ShiftOf(int row) => row % BlockRows / Line * 4;

    /// <summary>In which byte of a sub-space a row's code lies.</summary>
    internal static int PlaceOf(int row) => (row % Lanes * 2) + (row % Line / Lanes);
}
