using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class FourBitTableTests
{
    [Fact]
    public void Sums_are_right_to_half_a_step_for_each_subspace() => RandomCases.Check(
        draw =>
        {
            int subspaces = draw.Between(1, draw.Size);
            float size = draw.OneOf(1f, 1e-30f, 1e30f, 3f);
            float[] values = [.. draw.Values(subspaces * 16).Select(value => (float)value * size)];
            (byte[] table, float scale, float bias) = Build(values);
            Assert.Equal(255, table.Max());
            for (int trial = 0; trial < 20; trial++)
            {
                byte[] codes = FourBitCodesTests.Codes(draw, subspaces);
                double exact = codes.Select((code, s) => (double)values[(s * 16) + code]).Sum();
                int sum = codes.Select((code, s) => (int)table[(s * 16) + code]).Sum();
                Assert.Equal(exact, bias + ((double)scale * sum), subspaces * (0.501 * scale));
            }
        },
        size: 40);

    [Fact]
    public void Rows_keep_their_order_where_they_lie_a_step_apart_for_each_subspace() => RandomCases.Check(
        draw =>
        {
            float[] values = [.. draw.Values(8 * 16).Select(value => (float)value)];
            (byte[] table, float scale, _) = Build(values);
            (byte[] a, byte[] b) = (FourBitCodesTests.Codes(draw, 8), FourBitCodesTests.Codes(draw, 8));
            double apart = a.Select((code, s) => (double)values[(s * 16) + code] - values[(s * 16) + b[s]]).Sum();
            int sums = a.Select((code, s) => table[(s * 16) + code] - table[(s * 16) + b[s]]).Sum();
            Assert.True(Math.Abs(apart) < 8.01 * scale || Math.Sign(sums) == Math.Sign(apart));
        },
        cases: 400);

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(-3f, -3f)]
    [InlineData(1f, 1.0000001f)]
    [InlineData(0f, 1e-45f)]
    [InlineData(0f, 3e-43f)]
    [InlineData(-1.0633824e37f, 2e38f)]
    public void Values_that_hardly_differ_or_differ_greatly_make_a_table(float low, float high)
    {
        float[] values = [.. Enumerable.Range(0, 64).Select(i => i % 3 == 0 ? high : low)];
        (byte[] table, float scale, float bias) = Build(values);
        Assert.Equal(4 * low, bias);
        Assert.True(float.IsFinite(scale));
        Assert.All(table.Select((entry, i) => (entry, i)), entry =>
            Assert.Equal((double)values[entry.i], low + ((double)scale * entry.entry), Math.Max(Math.Abs((double)high - low) * 0.6, Math.Max(1e-44, 1e-7 * Math.Abs(high)))));
    }

    [Fact]
    public void What_fills_up_the_subspaces_adds_nothing_whatever_the_memory_held()
    {
        byte[] table = new byte[FourBitTable.Length(1)];
        table.AsSpan().Fill(7);
        FourBitTable.Build([.. Enumerable.Range(0, 16).Select(i => (float)i)], table, out _, out _);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(i => (byte)(17 * (i % 16))), .. new byte[32]], table);
    }

    internal static (byte[] Table, float Scale, float Bias) Build(float[] values)
    {
        using GuardedMemory<float> from = GuardedMemory<float>.Of(values);
        using var table = new GuardedMemory<byte>(FourBitTable.Length(values.Length / 16));
        table.GetSpan().Fill(0xCD);
        FourBitTable.Build(from.GetSpan(), table.GetSpan(), out float scale, out float bias);
        byte[] entries = new byte[values.Length];
        for (int i = 0; i < table.GetSpan().Length; i++)
        {
            // Each sub-space lies there twice.
            int entry = (i / 32 * 16) + (i % 16);
            Assert.Equal(entry < values.Length ? table.GetSpan()[i / 32 * 32 + i % 16] : 0, table.GetSpan()[i]);
            if (entry < values.Length)
            {
                entries[entry] = table.GetSpan()[i];
            }
        }

        return (entries, scale, bias);
    }
}
