using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class ProductCodesTests
{
    [Fact]
    public void No_other_code_of_a_single_sub_space_has_less_loss() => RandomCases.Check(
        draw =>
        {
            (Case some, byte[] codes) = Encoded(draw, draw.OneOf(0, 0.5f, 1.6f, 10));
            double loss = some.Loss(codes);
            for (int s = 0; s < some.Subspaces; s++)
            {
                for (byte code = 0; code < 16; code++)
                {
                    byte[] other = [.. codes];
                    other[s] = code;
                    Assert.True(some.Loss(other) >= loss - (1e-4 * (1 + loss)), $"code {code} of sub-space {s}");
                }
            }
        },
        cases: 300,
        size: 12);

    [Fact]
    public void Codes_for_the_anisotropic_loss_have_no_more_of_it_than_the_nearest_codes_and_sometimes_less()
    {
        double less = 0;
        RandomCases.Check(
            draw =>
            {
                (Case some, byte[] codes) = Encoded(draw, 4);
                byte[] nearest = new byte[some.Subspaces];
                ProductCodes.Encode(some.Vector, some.Direction, 0, some.Codewords, nearest, new float[ProductCodes.Scratch(some.Subspaces)]);
                double gain = some.Loss(nearest) - some.Loss(codes);
                Assert.True(gain >= -1e-4 * (1 + some.Loss(nearest)));
                less += gain;
            },
            cases: 200,
            size: 12);
        Assert.True(less > 1);
    }

    [Fact]
    public void Products_are_those_of_the_query_with_each_codeword() => RandomCases.Check(
        draw =>
        {
            int subspaces = draw.Length(), width = draw.Between(1, 4), depth = Math.Max(1, (subspaces * width) - draw.Below(width));
            float[] codewords = [.. draw.Values(subspaces * width * 16).Select(value => (float)value)], query = [.. draw.Values(depth).Select(value => (float)value)];
            float[] values = new float[subspaces * 16];
            ProductCodes.Products(query, subspaces, codewords, values);
            for (int i = 0; i < values.Length; i++)
            {
                double expected = 0;
                for (int d = i / 16 * width; d < Math.Min(depth, ((i / 16) + 1) * width); d++)
                {
                    expected += (double)query[d] * codewords[(d * 16) + (i % 16)];
                }

                Assert.Equal(expected, values[i], 1e-4);
            }
        },
        cases: 200);

    private static (Case Some, byte[] Codes) Encoded(Draw draw, float weight)
    {
        var some = new Case(draw, weight);
        byte[] codes = new byte[some.Subspaces];
        ProductCodes.Encode(some.Vector, some.Direction, weight, some.Codewords, codes, new float[ProductCodes.Scratch(some.Subspaces)]);
        return (some, codes);
    }

    private sealed class Case
    {
        private readonly float _weight;
        private readonly int _width;

        public Case(Draw draw, float weight)
        {
            _weight = weight;
            (Subspaces, _width) = (draw.Length(), draw.Between(1, 3));
            int depth = Subspaces * _width;
            Vector = [.. draw.Values(depth).Select(value => (float)value)];
            Codewords = [.. draw.Values(depth * 16).Select(value => (float)value)];
            double[] direction = draw.Values(depth);
            double length = Math.Sqrt(direction.Sum(value => value * value));
            Direction = [.. direction.Select(value => length > 0 ? (float)(value / length) : 0)];
        }

        public int Subspaces { get; }

        public float[] Vector { get; }

        public float[] Direction { get; }

        public float[] Codewords { get; }

        public double Loss(byte[] codes)
        {
            double squares = 0, along = 0;
            for (int d = 0; d < Vector.Length; d++)
            {
                double error = (double)Vector[d] - Codewords[(d * 16) + codes[d / _width]];
                squares += error * error;
                along += error * Direction[d];
            }

            return squares + (_weight * along * along);
        }
    }
}
