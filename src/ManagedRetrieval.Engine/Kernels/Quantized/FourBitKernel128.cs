using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>One sub-space at a time.</summary>
/// <remarks>
/// Sums of bytes are made in 16 bits without taking bytes apart each time: one sum takes them in by pairs as they are,
/// first + 256 · second, another the second alone; 256 times this off that, which no carry outlasts, leaves the first.
/// </remarks>
internal readonly unsafe struct FourBitKernel128 : IFourBitKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        Vector128<byte> half = Vector128.Create((byte)0x0F);
        Vector128<ushort> lowPairs = default, lowSeconds = default, highPairs = default, highSeconds = default;
        for (int s = 0; s < subspaces; s++, codes += Vector128<byte>.Count, table += Vector128<byte>.Count)
        {
            Vector128<byte> entries = Vector128.Load(table), both = Vector128.Load(codes);
            Vector128<ushort> low = Vector128.ShuffleNative(entries, both & half).AsUInt16();
            Vector128<ushort> high = Vector128.ShuffleNative(entries, Vector128.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & half).AsUInt16();
            lowPairs += low;
            lowSeconds += Vector128.ShiftRightLogical(low, 8);
            highPairs += high;
            highSeconds += Vector128.ShiftRightLogical(high, 8);
        }

        return Finish(lowPairs, lowSeconds, threshold, sums) | (Finish(highPairs, highSeconds, threshold, sums + FourBitCodes.Values) << FourBitCodes.Values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(Vector128<ushort> pairs, Vector128<ushort> seconds, ushort threshold, ushort* sums)
    {
        Vector128<ushort> firsts = pairs - Vector128.ShiftLeft(seconds, 8), least = Vector128.Create(threshold);
        Vector128<ushort> first = Interleave(firsts, seconds, 0), last = Interleave(firsts, seconds, 4);
        first.Store(sums);
        last.Store(sums + Vector128<ushort>.Count);
        return Vector128.Narrow(Vector128.GreaterThanOrEqual(first, least), Vector128.GreaterThanOrEqual(last, least)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Interleave(Vector128<ushort> even, Vector128<ushort> odd, int start)
    {
        // 16 bits of each, widened to 32, are even + 65,536 · odd.
        Vector128<uint> evens = start == 0 ? Vector128.WidenLower(even) : Vector128.WidenUpper(even);
        Vector128<uint> odds = start == 0 ? Vector128.WidenLower(odd) : Vector128.WidenUpper(odd);
        return (evens | Vector128.ShiftLeft(odds, 16)).AsUInt16();
    }
}
