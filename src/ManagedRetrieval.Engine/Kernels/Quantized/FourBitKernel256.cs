using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Two sub-spaces at a time; how bytes are summed see <see cref="FourBitKernel128"/>.</summary>
internal readonly unsafe struct FourBitKernel256 : IFourBitKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        Vector256<byte> half = Vector256.Create((byte)0x0F);
        Vector256<ushort> lowPairs = default, lowSeconds = default, highPairs = default, highSeconds = default;
        for (int s = 0; s < subspaces; s += 2, codes += Vector256<byte>.Count, table += Vector256<byte>.Count)
        {
            Vector256<byte> entries = Vector256.Load(table), both = Vector256.Load(codes);
            Vector256<ushort> low = Avx2.Shuffle(entries, both & half).AsUInt16();
            Vector256<ushort> high = Avx2.Shuffle(entries, Vector256.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & half).AsUInt16();
            lowPairs += low;
            lowSeconds += Vector256.ShiftRightLogical(low, 8);
            highPairs += high;
            highSeconds += Vector256.ShiftRightLogical(high, 8);
        }

        Vector256<ushort> first = Finish(lowPairs, lowSeconds), last = Finish(highPairs, highSeconds), least = Vector256.Create(threshold);
        first.Store(sums);
        last.Store(sums + Vector256<ushort>.Count);

        // Of 16 bits each to 8, which goes by 128 bits of either; then these in order.
        Vector256<short> firstReached = Vector256.Equals(Vector256.Max(first, least), first).AsInt16();
        Vector256<short> lastReached = Vector256.Equals(Vector256.Max(last, least), last).AsInt16();
        return Avx2.Permute4x64(Avx2.PackSignedSaturate(firstReached, lastReached).AsInt64(), 0b11_01_10_00).AsByte().ExtractMostSignificantBits();
    }

    /// <summary>16 rows' sums, in order, of both sub-spaces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Finish(Vector256<ushort> pairs, Vector256<ushort> seconds)
    {
        Vector256<ushort> firsts = pairs - Vector256.ShiftLeft(seconds, 8);
        Vector256<ushort> low = Avx2.UnpackLow(firsts, seconds), high = Avx2.UnpackHigh(firsts, seconds);
        return Avx2.Permute2x128(low, high, 0x20) + Avx2.Permute2x128(low, high, 0x31);
    }
}
