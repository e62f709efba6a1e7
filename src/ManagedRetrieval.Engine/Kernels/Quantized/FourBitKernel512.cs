using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Four sub-spaces at a time; how bytes are summed see <see cref="FourBitKernel128"/>.</summary>
internal readonly unsafe struct FourBitKernel512 : IFourBitKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        Vector512<byte> half = Vector512.Create((byte)0x0F);
        Vector512<ushort> lowPairs = default, lowSeconds = default, highPairs = default, highSeconds = default;
        for (int s = 0; s < subspaces; s += 4, codes += Vector512<byte>.Count, table += Vector512<byte>.Count)
        {
            Vector512<byte> entries = Vector512.Load(table), both = Vector512.Load(codes);
            Vector512<ushort> low = Avx512BW.Shuffle(entries, both & half).AsUInt16();
            Vector512<ushort> high = Avx512BW.Shuffle(entries, Vector512.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & half).AsUInt16();
            lowPairs += low;
            lowSeconds += Vector512.ShiftRightLogical(low, 8);
            highPairs += high;
            highSeconds += Vector512.ShiftRightLogical(high, 8);
        }

        // Eight rows in each 128 bits, once for each sub-space; a quarter of the sums of each then goes where its rows belong.
        Vector512<ushort> lowFirsts = lowPairs - Vector512.ShiftLeft(lowSeconds, 8), highFirsts = highPairs - Vector512.ShiftLeft(highSeconds, 8);
        Vector512<int> a = Avx512BW.UnpackLow(lowFirsts, lowSeconds).AsInt32(), b = Avx512BW.UnpackHigh(lowFirsts, lowSeconds).AsInt32();
        Vector512<int> c = Avx512BW.UnpackLow(highFirsts, highSeconds).AsInt32(), d = Avx512BW.UnpackHigh(highFirsts, highSeconds).AsInt32();
        Vector512<ushort> first = Avx512F.Shuffle4x128(a, b, 0b01_00_01_00).AsUInt16() + Avx512F.Shuffle4x128(a, b, 0b11_10_11_10).AsUInt16();
        Vector512<ushort> last = Avx512F.Shuffle4x128(c, d, 0b01_00_01_00).AsUInt16() + Avx512F.Shuffle4x128(c, d, 0b11_10_11_10).AsUInt16();
        Vector512<ushort> all = Avx512F.Shuffle4x128(first.AsInt32(), last.AsInt32(), 0b10_00_10_00).AsUInt16()
            + Avx512F.Shuffle4x128(first.AsInt32(), last.AsInt32(), 0b11_01_11_01).AsUInt16();
        all.Store(sums);
        return (uint)Vector512.GreaterThanOrEqual(all, Vector512.Create(threshold)).ExtractMostSignificantBits();
    }
}
