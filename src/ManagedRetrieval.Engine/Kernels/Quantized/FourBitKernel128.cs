using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Half a sub-space at a time.</summary>
/// <remarks>
/// Sums of bytes are made in 16 bits without taking bytes apart each time: one sum takes them in by pairs as they are,
/// first + 256 · second, another the second alone; 256 times this off that, which no carry outlasts, leaves the first.
/// </remarks>
internal readonly unsafe struct FourBitKernel128 : IFourBitKernel
{
    /// <inheritdoc/>
    public static ulong Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums) =>
        Half(codes, table, subspaces, threshold, sums)
        | Half(codes + Vector128<byte>.Count, table, subspaces, threshold, sums + Vector128<ushort>.Count) << Vector128<ushort>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Half(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        Vector128<byte> half = Vector128.Create((byte)0x0F);
        Vector128<ushort> lowPairs = default, lowSeconds = default, highPairs = default, highSeconds = default;
        for (byte* end = table + (subspaces * FourBitCodes.Line); table < end; table += FourBitCodes.Line, codes += FourBitCodes.Line)
        {
            Vector128<byte> entries = Vector128.Load(table), both = Vector128.Load(codes);
            Vector128<ushort> low = Vector128.ShuffleNative(entries, both & half).AsUInt16();
            Vector128<ushort> high = Vector128.ShuffleNative(entries, Vector128.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & half).AsUInt16();
            lowPairs += low;
            lowSeconds += Vector128.ShiftRightLogical(low, 8);
            highPairs += high;
            highSeconds += Vector128.ShiftRightLogical(high, 8);
        }

        Vector128<ushort> least = Vector128.Create(threshold);
        return Finish(lowPairs - Vector128.ShiftLeft(lowSeconds, 8), least, sums, 0)
            | Finish(lowSeconds, least, sums, FourBitCodes.Lanes)
            | Finish(highPairs - Vector128.ShiftLeft(highSeconds, 8), least, sums, 2 * FourBitCodes.Lanes)
            | Finish(highSeconds, least, sums, 3 * FourBitCodes.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(Vector128<ushort> of, Vector128<ushort> least, ushort* sums, int row)
    {
        of.Store(sums + row);
        return (ulong)Vector128.GreaterThanOrEqual(of, least).ExtractMostSignificantBits() << row;
    }
}
