using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class Int8BoundTests
{
    [Fact]
    public void No_score_is_above_its_bound_and_few_bounds_are_far_above() => RandomCases.Check(
        draw =>
        {
            int depth = draw.Between(1, 20 * draw.Size), count = 16;
            double magnitude = Math.Pow(10, draw.Between(-6, 6));
            float[] query = Vector(draw, depth, 1);
            float[][] rows = [.. Enumerable.Range(0, count).Select(_ => Vector(draw, depth, magnitude))];

            (float[] bounds, float[] widths, float least) = Bounds(query, rows);
            for (int row = 0; row < count; row++)
            {
                float score = ScoreTiles.One<float>(query, rows[row]);
                Assert.True(MathF.Abs(score) <= least || score <= bounds[row], $"score {score:R}, bound {bounds[row]:R}");
                Assert.True(bounds[row] - score <= widths[row], $"score {score:R}, bound {bounds[row]:R}");
            }

            Assert.True(least < 1e-12 * depth, $"{least:R}");
        },
        size: 20);

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(1e-30f, 1f)]
    [InlineData(1e30f, 1e20f)]
    public void Queries_of_zeros_and_scores_that_floats_do_not_hold_have_no_bounds(float query, float row) =>
        Assert.Equal(float.PositiveInfinity, Bounds([query, query / 3], [[row, row]]).Least);

    private static float[] Vector(Draw draw, int depth, double magnitude) => [.. draw.Values(depth).Select(value => (float)(value * magnitude))];

    /// <summary>Bounds of a query's scores, and twice what rounding query and row can come to.</summary>
    private static (float[] Bounds, float[] Widths, float Least) Bounds(float[] query, float[][] rows)
    {
        int depth = query.Length, greatest = 0;
        var packed = new byte[Int8Rows.PackedLength(rows.Length, depth)];
        float[] scales = new float[rows.Length], bounds = new float[rows.Length], widths = new float[rows.Length];
        var elements = new sbyte[depth];
        for (int row = 0; row < rows.Length; row++)
        {
            scales[row] = Int8Rows.Quantise(rows[row], elements);
            Int8Rows.Put(elements, row, packed);
            greatest = Math.Max(greatest, elements.Sum(element => element * element));
        }

        var of = new sbyte[Int8Rows.Padded(depth)];
        Int8Query rounded = Int8Query.Quantise(query, of);
        Int8Query raised = Int8Bound.Raise(query, of, rounded, scales.Max(), greatest, out float least);
        Int8Scan.Scores(packed, scales, depth, of, raised, bounds);
        double half = (query.Sum(x => Math.Abs((double)x)) / rounded.Scale / 2) + (Math.Sqrt(depth * (double)greatest) / 2) + 2;
        for (int row = 0; row < rows.Length; row++)
        {
            widths[row] = (float)(2.02 * half * scales[row] * rounded.Scale);
        }

        return (bounds, widths, least);
    }
}
