using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>Partitions of rows by direction (spherical k-means on a sample), made to say what data is like, by no index's code.</summary>
internal sealed class Partitions
{
    private const int SampleRowsEach = 64, Rounds = 8;

    /// <summary>Makes 4 √n partitions, as is usual.</summary>
    public Partitions(Tensor<float> rows, WorkerTeam team)
    {
        int count = (int)(4 * Math.Sqrt(rows.Shape.Rows));
        Centroids = new Tensor<float>(new Shape(count, rows.Shape.RowLength));
        int[] order = [.. Enumerable.Range(0, rows.Shape.Rows)];
        new CounterRandom(1, 1).Shuffle<int>(order);
        var sample = new Tensor<float>(new Shape(Math.Min(rows.Shape.Rows, count * SampleRowsEach), rows.Shape.RowLength));
        for (int i = 0; i < sample.Shape.Rows; i++)
        {
            Unit(rows.Row(order[i]), sample.Row(i));
        }

        for (int i = 0; i < count; i++)
        {
            sample.Row(i).CopyTo(Centroids.Row(i));
        }

        for (int round = 0; round < Rounds; round++)
        {
            int[] nearest = Nearest(sample, 1, team);
            var sums = new Tensor<float>(Centroids.Shape);
            for (int i = 0; i < nearest.Length; i++)
            {
                TensorPrimitives.Add(sums.Row(nearest[i]), sample.Row(i), sums.Row(nearest[i]));
            }

            for (int i = 0; i < count; i++)
            {
                // What nobody is near to stays where it is.
                if (TensorPrimitives.Norm<float>(sums.Row(i)) > 0)
                {
                    Unit(sums.Row(i), Centroids.Row(i));
                }
            }
        }

        OfRow = Nearest(rows, 1, team);
    }

    /// <summary>Their directions, of length 1.</summary>
    public Tensor<float> Centroids { get; }

    /// <summary>For each row its partition.</summary>
    public int[] OfRow { get; }

    /// <summary>For each vector the partitions with the highest dot products, best first, one vector after the other.</summary>
    public int[] Nearest(Tensor<float> vectors, int count, WorkerTeam team)
    {
        int[] nearest = new int[vectors.Shape.Rows * count];
        new CpuBackend<float>(team).TopK(vectors, Centroids, count, new Tensor<float>(new Shape(vectors.Shape.Rows, count)), nearest);
        return nearest;
    }

    private static void Unit(ReadOnlySpan<float> row, Span<float> unit) => TensorPrimitives.Divide(row, TensorPrimitives.Norm(row), unit);
}
