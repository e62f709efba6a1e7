using ManagedRetrieval.Demo.Models;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Demo.Tests;

public class ItemPlaneTests
{
    [Fact]
    public void No_other_plane_shows_more_of_the_variance() => RandomCases.Check(
        draw =>
        {
            (int items, int dimensions) = (draw.Between(3, 40), draw.Between(3, 8));
            Tensor<float> embeddings = draw.Tensor<float>(new Shape(items, dimensions));
            double shown = ItemPlane.Of(embeddings).Variance;
            Assert.InRange(shown, 0, 1.000001);
            for (int trial = 0; trial < 20; trial++)
            {
                Assert.True(Share(embeddings, [.. draw.Values(dimensions)], [.. draw.Values(dimensions)]) <= shown + 1e-3);
            }
        },
        cases: 50);

    [Fact]
    public void Items_of_a_plane_keep_the_ratios_of_their_distances()
    {
        // A flat cloud that is turned into five dimensions.
        var draw = new Draw(1, 1);
        double[] points = [.. draw.Values(60)];
        double h = Math.Sqrt(0.5);
        double[] u = [h, 0, h, 0, 0], v = [0, 0.6, 0, -0.8, 0];
        var embeddings = new Tensor<float>(new Shape(30, 5));
        for (int item = 0; item < 30; item++)
        {
            for (int d = 0; d < 5; d++)
            {
                embeddings.Row(item)[d] = (float)(3 + (points[2 * item] * u[d]) + (2 * points[(2 * item) + 1] * v[d]));
            }
        }

        ItemPlane plane = ItemPlane.Of(embeddings);
        Assert.Equal(1, plane.Variance, 1e-5);
        Assert.Equal(1, plane.Points.Max(Math.Abs), 1e-6);
        double scale = Distance(plane.Points, 0, 1) / Of(0, 1);
        for (int item = 2; item < 30; item++)
        {
            Assert.Equal(scale * Of(0, item), Distance(plane.Points, 0, item), 1e-4);
        }

        double Of(int a, int b) => Math.Sqrt(Math.Pow(points[2 * a] - points[2 * b], 2) + Math.Pow(2 * (points[(2 * a) + 1] - points[(2 * b) + 1]), 2));
    }

    [Fact]
    public void Items_that_are_all_alike_lie_in_one_point()
    {
        var embeddings = new Tensor<float>(new Shape(4, 3));
        embeddings.Span.Fill(0.5f);
        ItemPlane plane = ItemPlane.Of(embeddings);
        Assert.All(plane.Points, x => Assert.Equal(0, x));
        Assert.Equal(0, plane.Variance);
    }

    private static double Distance(float[] points, int a, int b) =>
        Math.Sqrt(Math.Pow(points[2 * a] - points[2 * b], 2) + Math.Pow(points[(2 * a) + 1] - points[(2 * b) + 1], 2));

    /// <summary>The share of the variance in the plane that two vectors span.</summary>
    private static double Share(Tensor<float> embeddings, double[] u, double[] v)
    {
        Scale(u);
        double along = u.Zip(v, (x, y) => x * y).Sum();
        v = [.. v.Zip(u, (x, y) => x - (along * y))];
        Scale(v);
        (int items, int dimensions) = (embeddings.Shape[0], embeddings.Shape[1]);
        double[] mean = [.. Enumerable.Range(0, dimensions).Select(d => Enumerable.Range(0, items).Average(item => (double)embeddings.Row(item)[d]))];
        double shown = 0, all = 0;
        for (int item = 0; item < items; item++)
        {
            double[] row = [.. Enumerable.Range(0, dimensions).Select(d => embeddings.Row(item)[d] - mean[d])];
            shown += Math.Pow(row.Zip(u, (x, y) => x * y).Sum(), 2) + Math.Pow(row.Zip(v, (x, y) => x * y).Sum(), 2);
            all += row.Sum(x => x * x);
        }

        return all > 0 ? shown / all : 0;
    }

    private static void Scale(double[] vector)
    {
        double length = Math.Sqrt(vector.Sum(x => x * x));
        for (int d = 0; d < vector.Length && length > 0; d++)
        {
            vector[d] /= length;
        }
    }
}
