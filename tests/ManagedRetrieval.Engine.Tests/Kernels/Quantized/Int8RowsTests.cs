using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class Int8RowsTests
{
    [Fact]
    public void A_row_is_rounded_to_half_a_scale_and_its_greatest_element_to_127() => RandomCases.Check(
        draw =>
        {
            float size = draw.OneOf(1f, 1e-30f, 1e38f, 0.01f);
            float[] row = [.. draw.Values(draw.Between(1, draw.Size), Domain.AwayFromZero).Select(value => (float)value * size)];
            sbyte[] rounded = new sbyte[row.Length];
            float scale = Int8Rows.Quantise(row, rounded);
            Assert.Equal(127, rounded.Max(element => Math.Abs((int)element)));
            for (int d = 0; d < row.Length; d++)
            {
                Assert.Equal((double)row[d], (double)scale * rounded[d], 0.5001 * scale);
            }
        },
        size: 100);

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-45f)]
    [InlineData(-1e-43f)]
    [InlineData(3e-43f)]
    public void Rows_of_next_to_nothing_stay_within_range(float value)
    {
        sbyte[] rounded = [9, 9, 9];
        float scale = Int8Rows.Quantise([value, 0, -value], rounded);
        Assert.Equal(value, (double)scale * rounded[0], 1.5e-43);
        Assert.Equal(0, rounded[1]);
        Assert.Equal(-rounded[0], rounded[2]);
        Assert.True(scale > 0 || rounded[0] == 0);
    }

    [Fact]
    public void Rows_come_back_as_they_were_packed_and_replaced() => RandomCases.Check(
        draw =>
        {
            (int rows, int depth) = (draw.Between(0, 40), draw.Between(1, draw.Size));
            sbyte[] elements = Elements(draw, rows * depth);
            using var packed = new GuardedMemory<byte>(Int8Rows.PackedLength(rows, depth));
            Int8Rows.Pack(elements, depth, packed.GetSpan());
            if (rows > 0)
            {
                int replaced = draw.Below(rows);
                sbyte[] others = Elements(draw, depth);
                others.CopyTo(elements, replaced * depth);
                Int8Rows.Put(others, replaced, packed.GetSpan());
            }

            using var read = new GuardedMemory<sbyte>(depth);
            for (int row = 0; row < rows; row++)
            {
                Int8Rows.CopyRow(packed.GetSpan(), row, read.GetSpan());
                Assert.Equal(elements[(row * depth)..((row + 1) * depth)], read.GetSpan().ToArray());
            }
        },
        size: 40);

    [Fact]
    public void The_greatest_sum_of_squares_is_that_of_the_longest_row() => RandomCases.Check(
        draw =>
        {
            (int rows, int depth) = (draw.Between(0, 40), draw.Between(1, draw.Size));
            sbyte[] elements = Elements(draw, rows * depth);
            byte[] packed = new byte[Int8Rows.PackedLength(rows, depth)];
            Int8Rows.Pack(elements, depth, packed);
            Assert.Equal((uint)elements.Chunk(depth).Select(row => row.Sum(element => element * element)).DefaultIfEmpty().Max(), Int8Rows.GreatestSquares(packed, depth));
        },
        size: 40);

    [Fact]
    public void A_sum_of_squares_does_not_overflow_at_the_most_elements_of_whatever_bytes()
    {
        byte[] packed = new byte[Int8Rows.PackedLength(1, Int8Query.MostElements)];
        Assert.Equal(128u * 128 * 131_072, Int8Rows.GreatestSquares(packed, Int8Query.MostElements));
    }

    [Fact]
    public void Equal_rows_are_equal_bytes_whatever_the_memory_held()
    {
        sbyte[] elements = Elements(new Draw(1, 1), 17 * 5);
        byte[] one = new byte[Int8Rows.PackedLength(17, 5)], two = new byte[one.Length];
        two.AsSpan().Fill(3);
        Int8Rows.Pack(elements, 5, one);
        Int8Rows.Pack(elements, 5, two);
        Assert.Equal(one, two);
    }

    /// <summary>−127 to 127, the ends often.</summary>
    internal static sbyte[] Elements(Draw draw, int count, int greatest = 127) =>
        [.. Enumerable.Range(0, count).Select(_ => (sbyte)draw.OneOf(greatest, -greatest, draw.Between(-greatest, greatest), draw.Between(-greatest, greatest)))];
}
