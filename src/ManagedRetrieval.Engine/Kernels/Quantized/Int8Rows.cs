using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Rows of bytes with a scale each, as they are and packed for <see cref="Int8Scan"/>.</summary>
/// <remarks>
/// <para>
/// As they are: [rows, depth], each −127 to 127, so that a row of 64 is one cache line; what rescores rows here and there wants
/// that. Packed: groups of 16 rows, in a group [depth / 4, 16 rows, 4], so that 64 bytes are 4 elements of 16 rows, which 4 × 16
/// products sum up in 16 lanes; a scan of all rows wants that, and a single row of it lies in as many lines as it has fours.
/// </para>
/// <para>
/// A packed byte is the element plus 128: then rows are the unsigned factor of the instruction that multiplies unsigned by
/// signed bytes, and what 128 adds to a sum is 128 · Σ query, the same for each row, which nothing need store for them.
/// Depth is filled up to a multiple of 4, and the last group to 16 rows, with 128, which stands for 0.
/// </para>
/// </remarks>
internal static class Int8Rows
{
    /// <summary>Rows of a packed group.</summary>
    public const int GroupRows = 16;

    /// <summary>Elements of a row that lie side by side.</summary>
    public const int Together = 4;

    /// <summary>The greatest magnitude of an element.</summary>
    public const int Greatest = sbyte.MaxValue;

    /// <summary>What is added to a packed element.</summary>
    public const int Offset = 128;

    /// <summary>Depth with what fills it up.</summary>
    public static int Padded(int depth) => (depth + Together - 1) / Together * Together;

    /// <summary>Bytes of so many packed rows.</summary>
    public static int PackedLength(int rows, int depth) => checked((int)((rows + (long)GroupRows - 1) / GroupRows * GroupRows * Padded(depth)));

    /// <summary>Rounds a row: element ≈ scale · result, at most half a scale off.</summary>
    /// <param name="row">Finite.</param>
    /// <param name="result">As long.</param>
    /// <returns>Scale = the greatest magnitude / 127; 0 for a row of zeros, or of so little that a float cannot tell.</returns>
    public static float Quantise(ReadOnlySpan<float> row, Span<sbyte> result) => Quantise(row, result, Greatest);

    /// <summary>Packs rows.</summary>
    /// <param name="rows">[rows, depth].</param>
    /// <param name="depth">Elements of a row, at least 1.</param>
    /// <param name="packed">As long as <see cref="PackedLength"/> says.</param>
    public static void Pack(ReadOnlySpan<sbyte> rows, int depth, Span<byte> packed)
    {
        packed.Fill(Offset);
        for (int row = 0; row < rows.Length / depth; row++)
        {
            Put(rows.Slice(row * depth, depth), row, packed);
        }
    }

    /// <summary>Writes one row where it belongs among packed ones, over what was there.</summary>
    public static void Put(ReadOnlySpan<sbyte> elements, int row, Span<byte> packed)
    {
        Span<byte> place = packed[PlaceOf(row, elements.Length)..];
        for (int d = 0; d < elements.Length; d++)
        {
            place[(d / Together * GroupRows * Together) + (d % Together)] = (byte)(elements[d] + Offset);
        }
    }

    /// <summary>Reads one packed row.</summary>
    /// <param name="packed">The rows.</param>
    /// <param name="row">Which.</param>
    /// <param name="elements">As long as a row is deep.</param>
    public static void CopyRow(ReadOnlySpan<byte> packed, int row, Span<sbyte> elements)
    {
        ReadOnlySpan<byte> place = packed[PlaceOf(row, elements.Length)..];
        int whole = elements.Length / Together;
        Span<uint> fours = MemoryMarshal.Cast<sbyte, uint>(elements);
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(place);
        for (int four = 0; four < fours.Length; four++)
        {
            // The offset is the highest bit of each byte.
            fours[four] = from[four * GroupRows] ^ 0x80808080;
        }

        for (int d = whole * Together; d < elements.Length; d++)
        {
            elements[d] = (sbyte)(place[(whole * GroupRows * Together) + (d % Together)] - Offset);
        }
    }

    /// <summary>The greatest sum of squared elements that one of some packed rows has.</summary>
    /// <param name="packed">Whole groups.</param>
    /// <param name="depth">Elements of a row, at most <see cref="Int8Query.MostElements"/>.</param>
    public static uint GreatestSquares(ReadOnlySpan<byte> packed, int depth)
    {
        ReadOnlySpan<uint> fours = MemoryMarshal.Cast<byte, uint>(packed);
        Vector128<uint> greatest = default;
        int length = GroupRows * Padded(depth) / Together;
        for (int group = 0; group < fours.Length; group += length)
        {
            for (int row = group; row < group + GroupRows; row += Vector128<uint>.Count)
            {
                Vector128<int> sums = default;
                for (int four = row; four < group + length; four += GroupRows)
                {
                    Vector128<int> elements = (Vector128.Create(fours.Slice(four, Vector128<uint>.Count)) ^ Vector128.Create(0x80808080)).AsInt32();
                    Vector128<int> first = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(elements, 24), 24);
                    Vector128<int> second = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(elements, 16), 24);
                    Vector128<int> third = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(elements, 8), 24);
                    Vector128<int> last = Vector128.ShiftRightArithmetic(elements, 24);
                    sums += (first * first) + (second * second) + (third * third) + (last * last);
                }

                greatest = Vector128.Max(greatest, sums.AsUInt32());
            }
        }

        return Math.Max(Math.Max(greatest[0], greatest[1]), Math.Max(greatest[2], greatest[3]));
    }

    /// <summary>Rounds to whole numbers of at most a magnitude.</summary>
    internal static float Quantise(ReadOnlySpan<float> row, Span<sbyte> result, int greatest)
    {
        float scale = row.IsEmpty ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(row)) / greatest;
        for (int d = 0; d < row.Length; d++)
        {
            // A scale so small that it has few bits left could lead beyond the greatest.
            result[d] = scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(row[d] / scale), -greatest, greatest);
        }

        return scale;
    }

    private static int PlaceOf(int row, int depth)
    {
        (int group, int lane) = Math.DivRem(row, GroupRows);
        return (group * GroupRows * Padded(depth)) + (lane * Together);
    }
}
