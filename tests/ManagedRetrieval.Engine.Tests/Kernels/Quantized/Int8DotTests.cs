using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class Int8DotTests
{
    [Fact]
    public void Every_width_and_layout_gives_the_bits_of_one_chain_a_row() => RandomCases.Check(
        draw => Check(draw, draw.Between(1, 60), draw.Between(1, draw.Size), draw.Between(0, 60)),
        size: 100);

    [Fact]
    public void Every_number_of_rows_and_every_depth_ends_where_it_should()
    {
        for (int length = 1; length <= 70; length++)
        {
            Check(new Draw((ulong)length, 1), 5, length, length / 2);
        }
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        sbyte[] rows = new sbyte[100 * 64];
        byte[] packed = new byte[Int8Rows.PackedLength(100, 64)];
        float[] query = new float[64], scales = new float[100], result = new float[40];
        int[] numbers = [.. Enumerable.Range(0, 40).Select(i => 2 * i)];
        for (int time = 0; time < 2; time++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Int8Dot.Run(query, rows, scales, numbers, result);
            Int8Dot.RunPacked(query, packed, scales, numbers, result);
            Assert.True(time == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    private static void Check(Draw draw, int rows, int depth, int count)
    {
        using GuardedMemory<float> query = GuardedMemory<float>.Of([.. draw.Values(depth).Select(value => (float)value)]);
        using GuardedMemory<sbyte> elements = GuardedMemory<sbyte>.Of(Int8RowsTests.Elements(draw, rows * depth));
        using var packed = new GuardedMemory<byte>(Int8Rows.PackedLength(rows, depth));
        Int8Rows.Pack(elements.GetSpan(), depth, packed.GetSpan());
        float[] scales = [.. draw.Values(rows).Select(value => (float)value)], biases = [.. draw.Values(count).Select(value => (float)value)];
        int[] numbers = draw.Ids(count, rows);
        float[] expected = new float[count];
        for (int i = 0; i < count; i++)
        {
            float sum = 0;
            for (int d = 0; d < depth; d++)
            {
                sum = MathF.FusedMultiplyAdd(query.GetSpan()[d], elements.GetSpan()[(numbers[i] * depth) + d], sum);
            }

            expected[i] = MathF.FusedMultiplyAdd(sum, scales[numbers[i]], biases[i]);
        }

        foreach (ScanStrategy strategy in Scanned<float>.Strategies.Append(ScanStrategy.Automatic))
        {
            using GuardedMemory<float> result = GuardedMemory<float>.Of(biases), ofPacked = GuardedMemory<float>.Of(biases);
            Int8Dot.Run(query.GetSpan(), elements.GetSpan(), scales, numbers, result.GetSpan(), strategy);
            Int8Dot.RunPacked(query.GetSpan(), packed.GetSpan(), scales, numbers, ofPacked.GetSpan(), strategy);
            Agree.Exactly<float>($"rows, {strategy}", expected, result.GetSpan());
            Agree.Exactly<float>($"packed rows, {strategy}", expected, ofPacked.GetSpan());
        }
    }
}
