using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Cli.Tests.Reports;

public class PrincipalPlaneTests
{
    [Fact]
    public void The_planted_directions_are_found_with_their_variances()
    {
        // Along (3, 4) / 5 in the first two axes the standard deviation is 5, along the fourth axis 2, elsewhere 0.1.
        var draw = new Draw(11, 10);
        var planted = new List<(double First, double Second)>();
        var points = new List<ReadOnlyMemory<float>>();
        for (int p = 0; p < 3000; p++)
        {
            (double first, double second) = (5 * Normal(draw), 2 * Normal(draw));
            planted.Add((first, second));
            points.Add(new float[] { (float)(0.6 * first + 7), (float)(0.8 * first), (float)(0.1 * Normal(draw)), (float)(second - 3) });
        }

        PrincipalPlane plane = PrincipalPlane.Of(points);
        Assert.InRange(plane.ShareX, 25 / 29.01 - 0.02, 25 / 29.01 + 0.02);
        Assert.InRange(plane.ShareY, 4 / 29.01 - 0.02, 4 / 29.01 + 0.02);
        double meanFirst = planted.Average(pair => pair.First);
        double meanSecond = planted.Average(pair => pair.Second);
        for (int p = 0; p < points.Count; p++)
        {
            // Up to sampling: the planted axes are correlated by chance a little.
            Assert.Equal(planted[p].First - meanFirst, plane.X[p], 0.5);
            Assert.Equal(planted[p].Second - meanSecond, plane.Y[p], 0.7);
        }
    }

    [Fact]
    public void The_plane_agrees_with_power_iteration()
    {
        for (ulong seed = 0; seed < 30; seed++)
        {
            var draw = new Draw(seed, 12);
            int d = draw.Between(2, 12);
            double[] widths = [.. Enumerable.Range(0, d).Select(i => 3.0 / (1 + i) + draw.Uniform(0, 0.05))];
            float[][] points = [.. Enumerable.Range(0, 60).Select(_ => widths.Select(width => (float)(width * Normal(draw))).ToArray())];
            PrincipalPlane plane = PrincipalPlane.Of([.. points.Select(point => (ReadOnlyMemory<float>)point)]);
            double[][] covariance = Covariance(points);
            double total = Enumerable.Range(0, d).Sum(i => covariance[i][i]);
            (double first, double[] v) = PowerIteration(covariance);
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    covariance[i][j] -= first * v[i] * v[j];
                }
            }

            (double second, double[] w) = PowerIteration(covariance);
            Assert.Equal(first / total, plane.ShareX, 1e-9);
            Assert.Equal(second / total, plane.ShareY, 1e-7);
            double[] mean = [.. Enumerable.Range(0, d).Select(i => points.Average(point => (double)point[i]))];
            for (int p = 0; p < points.Length; p++)
            {
                Assert.Equal(Enumerable.Range(0, d).Sum(i => (points[p][i] - mean[i]) * v[i]), plane.X[p], 1e-5);
                Assert.Equal(Enumerable.Range(0, d).Sum(i => (points[p][i] - mean[i]) * w[i]), plane.Y[p], 1e-5);
            }
        }
    }

    [Fact]
    public void A_direction_s_largest_entry_is_positive()
    {
        // The largest entry of the first direction belongs to the second axis, that of the second direction to the first.
        ReadOnlyMemory<float>[] points = [new float[] { -0.1f, 2 }, new float[] { 0.1f, -2 }, new float[] { 0.5f, 0 }, new float[] { -0.5f, 0 }];
        PrincipalPlane plane = PrincipalPlane.Of(points);
        Assert.True(plane.X[0] > 1.9 && plane.X[1] < -1.9, string.Join(", ", plane.X));
        Assert.True(plane.Y[2] > 0.4 && plane.Y[3] < -0.4, string.Join(", ", plane.Y));
    }

    [Fact]
    public void Points_that_are_all_alike_lie_in_the_middle_and_share_no_variance()
    {
        PrincipalPlane plane = PrincipalPlane.Of([new float[] { 1, 2, 3 }, new float[] { 1, 2, 3 }, new float[] { 1, 2, 3 }]);
        Assert.Equal((0.0, 0.0), (plane.ShareX, plane.ShareY));
        Assert.All([.. plane.X, .. plane.Y], place => Assert.Equal(0, place, 1e-12));
    }

    private static double Normal(Draw draw) => Enumerable.Range(0, 12).Sum(_ => draw.Uniform()) - 6;

    private static double[][] Covariance(float[][] points)
    {
        int d = points[0].Length;
        double[] mean = [.. Enumerable.Range(0, d).Select(i => points.Average(point => (double)point[i]))];
        return [.. Enumerable.Range(0, d).Select(i => Enumerable.Range(0, d).Select(j => points.Average(point => (point[i] - mean[i]) * (point[j] - mean[j]))).ToArray())];
    }

    private static (double Value, double[] Direction) PowerIteration(double[][] matrix)
    {
        double[] v = [.. matrix.Select((_, i) => 1.0 + i)];
        double length = 1;
        for (int round = 0; round < 5000; round++)
        {
            double[] next = [.. matrix.Select(row => row.Zip(v).Sum(pair => pair.First * pair.Second))];
            length = Math.Sqrt(next.Sum(x => x * x));
            v = [.. next.Select(x => x / length)];
        }

        return (length, v.MaxBy(Math.Abs) < 0 ? [.. v.Select(x => -x)] : v);
    }
}
