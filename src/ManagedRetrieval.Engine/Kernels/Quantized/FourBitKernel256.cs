using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>One sub-space at a time; how bytes are summed see <see cref="FourBitKernel128"/>.</summary>
internal readonly unsafe struct FourBitKernel256 : IFourBitKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        Vector256<byte> half = Vector256.Create((byte)0x0F);
        Vector256<ushort> lowPairs = default, lowSeconds = default, highPairs = default, highSeconds = default;
        for (byte* end = table + (subspaces * FourBitCodes.Line); table < end; table += FourBitCodes.Line, codes += FourBitCodes.Line)
        {
            Vector256<byte> entries = Vector256.Load(table), both = Vector256.Load(codes);
            Vector256<ushort> low = Avx2.Shuffle(entries, both & half).AsUInt16();
            Vector256<ushort> high = Avx2.Shuffle(entries, Vector256.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & half).AsUInt16();
            lowPairs += low;
            lowSeconds += Vector256.ShiftRightLogical(low, 8);
            highPairs += high;
            highSeconds += Vector256.ShiftRightLogical(high, 8);
        }

        return Finish(
            lowPairs - Vector256.ShiftLeft(lowSeconds, 8), lowSeconds, highPairs - Vector256.ShiftLeft(highSeconds, 8), highSeconds, threshold, sums);
    }

    /// <summary>Stores the sums of four times 16 rows, and tells which reach the threshold: mostly none, which one comparison of the greatest finds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Finish(
        Vector256<ushort> a, Vector256<ushort> b, Vector256<ushort> c, Vector256<ushort> d, ushort threshold, ushort* sums)
    {
        Vector256<ushort> least = Vector256.Create(threshold);
        Vector256<ushort> greatest = Vector256.Max(Vector256.Max(a, b), Vector256.Max(c, d));
        if (Vector256.Equals(Vector256.Max(greatest, least), greatest) == Vector256<ushort>.Zero)
        {
            return 0;
        }

        a.Store(sums);
        b.Store(sums + FourBitCodes.Lanes);
        c.Store(sums + (2 * FourBitCodes.Lanes));
        d.Store(sums + (3 * FourBitCodes.Lanes));
        return Reached(a, b, least) | ((ulong)Reached(c, d, least) << (2 * FourBitCodes.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reached(Vector256<ushort> first, Vector256<ushort> last, Vector256<ushort> least)
    {
        // Of 16 bits each to 8, which goes by 128 bits of either; then these in order.
        Vector256<short> firstReached = Vector256.Equals(Vector256.Max(first, least), first).AsInt16();
        Vector256<short> lastReached = Vector256.Equals(Vector256.Max(last, least), last).AsInt16();
        return Avx2.Permute4x64(Avx2.PackSignedSaturate(firstReached, lastReached).AsInt64(), 0b11_01_10_00).AsByte().ExtractMostSignificantBits();
    }
}
