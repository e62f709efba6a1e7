using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class HalfRowsTests
{
    [Fact]
    public void Every_half_widens_to_the_float_of_its_value_in_every_width()
    {
        Half[] halves = [.. Enumerable.Range(0, 1 << 16).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits))];
        float[] expected = [.. halves.Select(half => (float)half)];
        foreach (ScanStrategy strategy in Scanned<float>.Strategies.Append(ScanStrategy.Automatic))
        {
            float[] floats = new float[halves.Length];
            HalfRows.Widen(halves, floats, strategy);
            for (int i = 0; i < floats.Length; i++)
            {
                Assert.True(
                    float.IsNaN(expected[i]) ? float.IsNaN(floats[i]) : BitConverter.SingleToInt32Bits(floats[i]) == BitConverter.SingleToInt32Bits(expected[i]),
                    $"{strategy}: {i:X4} became {floats[i]}");
            }
        }
    }

    [Fact]
    public void Every_length_is_widened_whole_and_no_further()
    {
        for (int length = 0; length <= 100; length++)
        {
            using GuardedMemory<Half> halves = GuardedMemory<Half>.Of([.. new Draw((ulong)length, 1).Values(length).Select(value => (Half)value)]);
            foreach (ScanStrategy strategy in Scanned<float>.Strategies)
            {
                using var floats = new GuardedMemory<float>(length);
                HalfRows.Widen(halves.GetSpan(), floats.GetSpan(), strategy);
                Assert.Equal(halves.GetSpan().ToArray().Select(half => (float)half), floats.GetSpan().ToArray());
            }
        }
    }

    [Fact]
    public void Floats_round_to_the_nearest_half_and_to_even_between_two()
    {
        // A Half's step is 2⁻¹⁰ from 1 to 2, 2⁻²⁴ near 0, and 32 at the top.
        float step = MathF.Pow(2, -10), least = MathF.Pow(2, -24);
        float[] floats = [1 + (step / 2), 1 + (1.5f * step), 1 + (0.51f * step), -1 - (step / 2), least / 2, 1.5f * least, 0.6f * least, 65504, 65519, 65520, -0f];
        float[] expected = [1, 1 + (2 * step), 1 + step, -1, 0, 2 * least, least, 65504, 65504, float.PositiveInfinity, -0f];
        Half[] halves = new Half[floats.Length];
        HalfRows.Narrow(floats, halves);
        Assert.Equal(expected, halves.Select(half => (float)half));
    }

    [Fact]
    public void What_is_widened_narrows_to_itself() => RandomCases.Check(
        draw =>
        {
            Half[] halves = [.. Enumerable.Range(0, draw.Size).Select(_ => BitConverter.UInt16BitsToHalf((ushort)draw.Below(0x7C00)))], back = new Half[draw.Size];
            float[] floats = new float[draw.Size];
            HalfRows.Widen(halves, floats);
            HalfRows.Narrow(floats, back);
            Assert.Equal(halves, back);
        },
        size: 100);
}
