using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class FourBitCodesTests
{
    [Fact]
    public void Rows_come_back_as_they_were_packed_and_replaced() => RandomCases.Check(
        draw =>
        {
            (int rows, int subspaces) = (draw.Between(0, draw.Size), draw.Between(1, 20));
            byte[] codes = Codes(draw, rows * subspaces);
            using var blocks = new GuardedMemory<byte>(FourBitCodes.Length(rows, subspaces));
            blocks.GetSpan().Fill(0xAB);
            FourBitCodes.Pack(codes, subspaces, blocks.GetSpan());
            if (rows > 0)
            {
                int replaced = draw.Below(rows);
                byte[] others = Codes(draw, subspaces);
                others.CopyTo(codes, replaced * subspaces);
                FourBitCodes.Put(others, replaced, blocks.GetSpan());
            }

            byte[] read = new byte[subspaces];
            for (int row = 0; row < rows; row++)
            {
                FourBitCodes.CopyRow(blocks.GetSpan(), row, read);
                Assert.Equal(codes[(row * subspaces)..((row + 1) * subspaces)], read);
            }
        },
        size: 200);

    [Fact]
    public void Equal_rows_are_equal_bytes_whatever_the_memory_held()
    {
        byte[] codes = [.. Enumerable.Range(0, 33 * 5).Select(i => (byte)(i % 16))];
        byte[] one = new byte[FourBitCodes.Length(33, 5)], two = new byte[one.Length];
        two.AsSpan().Fill(0xFF);
        FourBitCodes.Pack(codes, 5, one);
        FourBitCodes.Pack(codes, 5, two);
        Assert.Equal(one, two);
    }

    [Fact]
    public void Thirty_two_codes_a_row_take_sixteen_bytes() => Assert.Equal(16 * 3200, FourBitCodes.Length(3200, 32));

    internal static byte[] Codes(Draw draw, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)draw.Below(16))];
}
