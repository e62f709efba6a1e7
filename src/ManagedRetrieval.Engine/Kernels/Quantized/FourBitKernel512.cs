using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Two sub-spaces at a time; how bytes are summed see <see cref="FourBitKernel128"/>.</summary>
internal readonly unsafe struct FourBitKernel512 : IFourBitKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Run(byte* codes, byte* table, int subspaces, ushort threshold, ushort* sums)
    {
        Vector512<byte> half = Vector512.Create((byte)0x0F);
        Vector512<ushort> lowPairs = default, lowSeconds = default, highPairs = default, highSeconds = default;
        for (byte* end = table + (subspaces * FourBitCodes.Line); table < end; table += Vector512<byte>.Count, codes += Vector512<byte>.Count)
        {
            Vector512<byte> entries = Vector512.Load(table), both = Vector512.Load(codes);
            Vector512<ushort> low = Avx512BW.Shuffle(entries, both & half).AsUInt16();
            Vector512<ushort> high = Avx512BW.Shuffle(entries, Vector512.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & half).AsUInt16();
            lowPairs += low;
            lowSeconds += Vector512.ShiftRightLogical(low, 8);
            highPairs += high;
            highSeconds += Vector512.ShiftRightLogical(high, 8);
        }

        Vector256<ushort> lowSecond = BothHalves(lowSeconds), highSecond = BothHalves(highSeconds);
        Vector256<ushort> lowFirst = BothHalves(lowPairs) - Vector256.ShiftLeft(lowSecond, 8), highFirst = BothHalves(highPairs) - Vector256.ShiftLeft(highSecond, 8);
        return FourBitKernel256.Finish(lowFirst, lowSecond, highFirst, highSecond, threshold, sums);
    }

    /// <summary>The sum of the two sub-spaces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> BothHalves(Vector512<ushort> sums) => sums.GetLower() + sums.GetUpper();
}
