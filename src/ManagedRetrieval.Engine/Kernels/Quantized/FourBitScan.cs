using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Scores rows of 4-bit codes by look-up in registers, and hands over those that reach a threshold.</summary>
/// <remarks>
/// score = Σ over sub-spaces of the table's entry for the row's code, a whole number of 16 bits: exact, so the same in every width
/// and order. After a product quantisation's look-up in 16 entries (André, Kermarrec and Le Scouarnec, VLDB 2015; Guo et al., ICML 2020).
/// </remarks>
internal static unsafe class FourBitScan
{
    /// <summary>Bytes by which memory is asked for ahead: two blocks of 32 sub-spaces.</summary>
    private const int Ahead = 2048;

    /// <summary>Scans rows, ascending.</summary>
    /// <param name="blocks">Codes as <see cref="FourBitCodes"/> lays them out.</param>
    /// <param name="subspaces">Codes of a row, 1 to 256.</param>
    /// <param name="table">As <see cref="FourBitTable"/> makes it.</param>
    /// <param name="rows">How many rows the blocks hold; the last block's others are never handed over.</param>
    /// <param name="query">What the sink is told.</param>
    /// <param name="firstRow">What the sink is told for the first row.</param>
    /// <param name="sink">Takes in what reaches its threshold.</param>
    /// <param name="strategy">What scans; tests force one.</param>
    public static void Run<TSink>(
        scoped ReadOnlySpan<byte> blocks,
        int subspaces,
        scoped ReadOnlySpan<byte> table,
        int rows,
        int query,
        int firstRow,
        ref TSink sink,
        ScanStrategy strategy = ScanStrategy.Automatic)
        where TSink : struct, IScanSink<ushort>, allows ref struct
    {
        fixed (byte* codes = blocks[..FourBitCodes.Length(rows, subspaces)], entries = table[..FourBitTable.Length(subspaces)])
        {
            int padded = FourBitCodes.Padded(subspaces);
            switch (strategy == ScanStrategy.Automatic ? ScanStrategies.Widest : strategy)
            {
                case ScanStrategy.Bits512:
                    Run<FourBitKernel512, TSink>(codes, entries, padded, rows, query, firstRow, ref sink);
                    break;
                case ScanStrategy.Bits256:
                    Run<FourBitKernel256, TSink>(codes, entries, padded, rows, query, firstRow, ref sink);
                    break;
                case ScanStrategy.Bits128:
                    Run<FourBitKernel128, TSink>(codes, entries, padded, rows, query, firstRow, ref sink);
                    break;
                default:
                    Run<FourBitKernelScalar, TSink>(codes, entries, padded, rows, query, firstRow, ref sink);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TKernel, TSink>(byte* codes, byte* table, int subspaces, int rows, int query, int firstRow, ref TSink sink)
        where TKernel : struct, IFourBitKernel
        where TSink : struct, IScanSink<ushort>, allows ref struct
    {
        ushort* sums = stackalloc ushort[FourBitCodes.BlockRows];
        int bytes = subspaces * FourBitCodes.Line;
        ushort threshold = sink.Threshold(query);

        // What lies behind the last block is another list's, and is not read next.
        byte* lastAsked = codes + ((nint)(((long)rows + FourBitCodes.BlockRows - 1) / FourBitCodes.BlockRows) * bytes) - Ahead;
        for (int row = 0; row < rows; row += FourBitCodes.BlockRows, codes += bytes)
        {
            for (int line = 0; Sse.IsSupported && codes < lastAsked && line < bytes; line += 64)
            {
                Sse.Prefetch0(codes + Ahead + line);
            }

            ulong reached = TKernel.Run(codes, table, subspaces, threshold, sums);
            if (reached != 0)
            {
                int rest = rows - row;
                reached &= rest < FourBitCodes.BlockRows ? (1ul << rest) - 1 : ulong.MaxValue;
                if (reached != 0)
                {
                    sink.Accept(query, firstRow + row, reached, new ReadOnlySpan<ushort>(sums, FourBitCodes.BlockRows));
                    threshold = sink.Threshold(query);
                }
            }
        }
    }
}
