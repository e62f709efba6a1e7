using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing.Partitioned;

public class ProductTrainingTests
{
    [Fact]
    public void Neither_new_codes_nor_new_codewords_raise_the_loss() => RandomCases.Check(
        draw =>
        {
            (float[] vectors, float[] directions, int subspaces, int width) = Case(draw);
            float weight = draw.OneOf(0, 1.6f, 8);
            float[] codewords = ProductTraining.Train(vectors, directions, subspaces, width, weight, 1, 3, default), totals = new float[vectors.Length / subspaces / width];
            byte[] codes = Codes(vectors, directions, subspaces, width, weight, codewords);
            double before = Loss(vectors, directions, subspaces, width, weight, codewords, codes);
            for (int step = 0; step < 10; step++)
            {
                if (step % 2 == 0)
                {
                    ProductTraining.Update(vectors, directions, codes, subspaces, width, weight, codewords, totals);
                }
                else
                {
                    codes = Codes(vectors, directions, subspaces, width, weight, codewords, codes);
                }

                double loss = Loss(vectors, directions, subspaces, width, weight, codewords, codes);
                Assert.True(loss <= before + (1e-4 * (1 + before)), $"step {step}: {loss} after {before}");
                before = loss;
            }
        },
        cases: 60,
        size: 20);

    [Fact]
    public void More_rounds_of_training_leave_less_loss()
    {
        var draw = new Draw(77, 12);
        float[] vectors = [.. draw.Values(2000 * 8).Select(value => (float)value)], directions = new float[vectors.Length];
        double before = double.PositiveInfinity;
        foreach (int rounds in (int[])[1, 3, 9])
        {
            float[] codewords = ProductTraining.Train(vectors, directions, 4, 2, 0, rounds, 3, default);
            double loss = Loss(vectors, directions, 4, 2, 0, codewords, Codes(vectors, directions, 4, 2, 0, codewords));
            Assert.True(loss < 0.99 * before, $"{rounds} rounds: {loss} after {before}");
            before = loss;
        }
    }

    [Fact]
    public void No_codeword_of_the_sub_space_that_was_moved_last_can_be_moved_to_less_loss() => RandomCases.Check(
        draw =>
        {
            (float[] vectors, float[] directions, int subspaces, int width) = Case(draw);
            float weight = draw.OneOf(0, 1.6f, 8);
            float[] codewords = ProductTraining.Train(vectors, directions, subspaces, width, weight, 1, 3, default);
            byte[] codes = Codes(vectors, directions, subspaces, width, weight, codewords);
            double before = Loss(vectors, directions, subspaces, width, weight, codewords, codes);
            ProductTraining.Update(vectors, directions, codes, subspaces, width, weight, codewords, new float[vectors.Length / subspaces / width]);
            double loss = Loss(vectors, directions, subspaces, width, weight, codewords, codes);
            Assert.True(loss <= before + (1e-4 * (1 + before)));
            for (int i = (subspaces - 1) * width * 16; i < codewords.Length; i++)
            {
                foreach (float step in (float[])[-0.01f, 0.01f])
                {
                    float[] moved = [.. codewords];
                    moved[i] += step;
                    Assert.True(Loss(vectors, directions, subspaces, width, weight, moved, codes) >= loss - (1e-4 * (1 + loss)), $"element {i} by {step}");
                }
            }
        },
        cases: 60,
        size: 12);

    [Theory]
    [InlineData(64, 0.2f, 1.625)]
    [InlineData(64, 0, 0)]
    [InlineData(1, 0.9f, 0)]
    [InlineData(101, 0.5f, 32.3333)]
    public void The_weight_is_that_of_the_paper_less_one(int dimensions, float threshold, double expected) =>
        Assert.Equal(expected, ProductTraining.Weight(dimensions, threshold), 1e-3);

    [Fact]
    public void A_positive_system_is_solved() => RandomCases.Check(
        draw =>
        {
            // A sum of squares and a diagonal is positive definite.
            int n = draw.Between(1, 6);
            double[] root = draw.Values(n * n), x = draw.Values(n), matrix = new double[n * n], right = new double[n];
            for (int i = 0; i < n * n; i++)
            {
                matrix[i] = Enumerable.Range(0, n).Sum(k => root[(i / n * n) + k] * root[(i % n * n) + k]) + (i / n == i % n ? 1 : 0);
                right[i / n] += matrix[i] * x[i % n];
            }

            PositiveSystem.Solve(matrix, right);
            Assert.All(right.Zip(x), pair => Assert.Equal(pair.Second, pair.First, 1e-8));
        });

    private static (float[] Vectors, float[] Directions, int Subspaces, int Width) Case(Draw draw)
    {
        (int subspaces, int width, int count) = (draw.Between(1, 5), draw.Between(1, 3), draw.Between(1, 8 * draw.Size));
        float[] vectors = [.. draw.Values(count * subspaces * width).Select(value => (float)value)], directions = new float[vectors.Length];
        int depth = subspaces * width;
        for (int i = 0; i < count; i++)
        {
            double[] direction = draw.Values(depth);
            double length = Math.Sqrt(direction.Sum(value => value * value));
            for (int d = 0; d < depth; d++)
            {
                directions[(i * depth) + d] = length > 0 ? (float)(direction[d] / length) : 0;
            }
        }

        return (vectors, directions, subspaces, width);
    }

    private static byte[] Codes(float[] vectors, float[] directions, int subspaces, int width, float weight, float[] codewords, byte[]? from = null)
    {
        int depth = subspaces * width, count = vectors.Length / depth;
        byte[] codes = from is null ? new byte[count * subspaces] : [.. from];
        for (int i = 0; i < count; i++)
        {
            ProductCodes.Encode(
                vectors.AsSpan(i * depth, depth), directions.AsSpan(i * depth, depth), weight, codewords, codes.AsSpan(i * subspaces, subspaces),
                new float[ProductCodes.Scratch(subspaces)], improve: from is not null);
        }

        return codes;
    }

    private static double Loss(float[] vectors, float[] directions, int subspaces, int width, float weight, float[] codewords, byte[] codes)
    {
        int depth = subspaces * width;
        double loss = 0;
        for (int i = 0; i < vectors.Length / depth; i++)
        {
            double along = 0;
            for (int d = 0; d < depth; d++)
            {
                double error = (double)vectors[(i * depth) + d] - codewords[(d * 16) + codes[(i * subspaces) + (d / width)]];
                loss += error * error;
                along += error * directions[(i * depth) + d];
            }

            loss += weight * along * along;
        }

        return loss;
    }
}
