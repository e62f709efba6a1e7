using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing.Partitioned;

public class KMeansTests
{
    [Fact]
    public void The_objective_never_rises_from_round_to_round() => RandomCases.Check(
        draw =>
        {
            int width = draw.Between(1, 6), rows = draw.Between(2, 6 * draw.Size), count = draw.Between(1, rows);
            float[] vectors = Vectors(draw, rows, width);
            double before = double.PositiveInfinity;
            for (int rounds = 0; rounds < 6; rounds++)
            {
                double objective = Objective(vectors, width, Train(vectors, width, count, rounds));
                Assert.True(objective <= before + (1e-5 * (1 + objective)), $"round {rounds}: {objective} after {before}");
                before = objective;
            }
        },
        cases: 150,
        size: 30);

    [Fact]
    public void Vectors_go_to_the_nearest_centroid_the_first_among_equals() => RandomCases.Check(
        draw =>
        {
            int width = draw.Between(1, 6);
            float[] vectors = Vectors(draw, draw.Length(), width), centroids = Vectors(draw, draw.Length(), width);
            int[] nearest = new int[vectors.Length / width];
            new NearestCentroids(centroids, width).Find(vectors, nearest, WorkerTeam.Inline, default);
            for (int row = 0; row < nearest.Length; row++)
            {
                double[] distances = [.. Enumerable.Range(0, centroids.Length / width).Select(i => Distance(vectors, row, centroids, i, width))];
                Assert.Equal(Array.IndexOf(distances, distances.Min()), nearest[row]);
            }
        },
        cases: 300,
        size: 40);

    [Fact]
    public void As_many_centroids_as_different_vectors_end_upon_them()
    {
        // 90 of the 100 are the same, so that most centroids that are drawn are alike, and are moved.
        float[] vectors = [.. Enumerable.Range(0, 100).Select(row => row < 90 ? 5f : row)];
        float[] centroids = Train(vectors, 1, 11, 40);
        Assert.Equal(0, Objective(vectors, 1, centroids), 1e-9);
    }

    [Fact]
    public void Equal_vectors_and_more_workers_give_the_same_centroids_as_one_worker()
    {
        float[] vectors = Vectors(new Draw(5, 12), 3000, 7);
        float[] expected = Train(vectors, 7, 50, 8);
        using var team = new WorkerTeam(3);
        Assert.Equal(expected, KMeans.Train(vectors, 7, 50, 8, 1, team, null, default));
        Assert.All(Train([.. Enumerable.Repeat(2.5f, 60)], 3, 4, 5), element => Assert.Equal(2.5f, element));
    }

    private static float[] Train(float[] vectors, int width, int count, int rounds) =>
        KMeans.Train(vectors, width, count, rounds, 1, WorkerTeam.Inline, null, default);

    /// <summary>Quarters, whose squares are exact, so that distances can be told apart or are equal.</summary>
    private static float[] Vectors(Draw draw, int rows, int width) => [.. Enumerable.Range(0, rows * width).Select(_ => draw.Between(-8, 8) / 4f)];

    private static double Objective(float[] vectors, int width, float[] centroids) => Enumerable.Range(0, vectors.Length / width)
        .Sum(row => Enumerable.Range(0, centroids.Length / width).Min(i => Distance(vectors, row, centroids, i, width)));

    private static double Distance(float[] vectors, int row, float[] centroids, int centroid, int width)
    {
        double sum = 0;
        for (int d = 0; d < width; d++)
        {
            double difference = (double)vectors[(row * width) + d] - centroids[(centroid * width) + d];
            sum += difference * difference;
        }

        return sum;
    }
}
