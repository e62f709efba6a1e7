using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class FourBitScanTests
{
    [Fact]
    public void Every_width_hands_over_the_rows_that_a_plain_loop_finds() => RandomCases.Check(
        draw => Check(draw, draw.Between(0, 200), draw.Between(1, draw.Size)),
        size: 40);

    [Fact]
    public void Every_number_of_rows_around_a_block_ends_where_it_should()
    {
        for (int rows = 0; rows <= 140; rows++)
        {
            Check(new Draw((ulong)rows, 1), rows, 6);
        }
    }

    [Fact]
    public void As_many_subspaces_as_there_may_be_sum_without_overflow()
    {
        byte[] codes = [.. Enumerable.Range(0, 40 * 256).Select(i => (byte)(i % 16))];
        byte[] blocks = new byte[FourBitCodes.Length(40, 256)], table = new byte[FourBitTable.Length(256)];
        FourBitCodes.Pack(codes, 256, blocks);
        table.AsSpan().Fill(255);
        foreach (ScanStrategy strategy in Scanned<ushort>.Strategies)
        {
            var sink = new Scanned<ushort>([256 * 255]);
            FourBitScan.Run(blocks, 256, table, 40, 0, 0, ref sink, strategy);
            Assert.Equal(Enumerable.Range(0, 40).Select(row => (0, row, (ushort)(256 * 255))), sink.Rows);
        }
    }

    [Fact]
    public void A_threshold_that_rises_counts_from_the_next_block_on_in_every_width() => RandomCases.Check(
        draw =>
        {
            int rows = draw.Between(0, 400), subspaces = draw.Between(1, draw.Size);
            (byte[] blocks, byte[] table, _) = Case(draw, rows, subspaces);
            List<(int, int, ushort)>? expected = null;
            foreach (ScanStrategy strategy in Scanned<ushort>.Strategies)
            {
                var sink = new Scanned<ushort>([0]) { Raises = true };
                FourBitScan.Run(blocks, subspaces, table, rows, 0, 0, ref sink, strategy);
                Assert.Equal(expected ??= sink.Rows, sink.Rows);
            }
        });

    [Fact]
    public void A_scan_allocates_nothing()
    {
        (byte[] blocks, byte[] table, _) = Case(new Draw(1, 1), 1000, 32);
        var sink = new Scanned<ushort>([ushort.MaxValue]);
        for (int time = 0; time < 2; time++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            FourBitScan.Run(blocks, 32, table, 1000, 0, 0, ref sink);
            Assert.True(time == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    private static void Check(Draw draw, int rows, int subspaces)
    {
        (byte[] blocks, byte[] table, int[] sums) = Case(draw, rows, subspaces);
        using GuardedMemory<byte> guardedBlocks = GuardedMemory<byte>.Of(blocks), guardedTable = GuardedMemory<byte>.Of(table);
        ushort some = (ushort)(rows == 0 ? 0 : sums[draw.Below(rows)]);
        foreach (ushort threshold in (ReadOnlySpan<ushort>)[0, some, (ushort)(some + 1), ushort.MaxValue])
        {
            (int, int, ushort)[] expected = [.. sums.Select((sum, row) => (3, 1000 + row, (ushort)sum)).Where(entry => entry.Item3 >= threshold)];
            foreach (ScanStrategy strategy in Scanned<ushort>.Strategies)
            {
                var sink = new Scanned<ushort>([0, 0, 0, threshold]);
                FourBitScan.Run(guardedBlocks.GetSpan(), subspaces, guardedTable.GetSpan(), rows, 3, 1000, ref sink, strategy);
                Assert.Equal(expected, sink.Rows);
            }
        }
    }

    private static (byte[] Blocks, byte[] Table, int[] Sums) Case(Draw draw, int rows, int subspaces)
    {
        byte[] codes = FourBitCodesTests.Codes(draw, rows * subspaces), blocks = new byte[FourBitCodes.Length(rows, subspaces)];
        FourBitCodes.Pack(codes, subspaces, blocks);
        byte[] table = new byte[FourBitTable.Length(subspaces)];
        for (int i = 0; i < subspaces * 32; i++)
        {
            table[i] = i % 32 >= 16 ? table[i - 16] : (byte)(draw.Below(4) == 0 ? 255 : draw.Below(256));
        }

        int[] sums = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, subspaces).Sum(s => table[(s * 32) + codes[(row * subspaces) + s]]))];
        return (blocks, table, sums);
    }
}
