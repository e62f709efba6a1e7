using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing.Partitioned;

namespace ManagedRetrieval.Indexing;

/// <summary>Makes the state of a partitioned index of candidates.</summary>
/// <remarks>Work is cut by shape and written where it belongs, so that the bytes are the same for any number of workers and however the source cuts its batches.</remarks>
internal sealed class PartitionedBuild<TId>(
    PassedCandidates<TId> source, PartitionedPlan plan, WorkerTeam team, IProgress<PartitionedBuildProgress>? progress, CancellationToken cancellationToken)
    where TId : notnull
{
    private const ulong SampleStream = 0x5350;

    /// <summary>Rows whose codes are trained on at most: thousands for each of the 16 codewords of a sub-space.</summary>
    private const int MostCodeRows = 1 << 15;

    /// <summary>Elements of them at most: 1 GiB, which is fewer rows from 8,192 dimensions on.</summary>
    private const int MostCodeElements = 1 << 28;

    /// <summary>Rounds of training codewords: beyond, the loss hardly falls.</summary>
    private const int CodeRounds = 12;

    private readonly int _width = source.Dimensions;

    /// <summary>Makes it.</summary>
    public PartitionedStore Run()
    {
        float[] sample = Sample();
        Report(PartitionedBuildStage.Training, 0, plan.Options.Iterations);
        float[] centroids = KMeans.Train(
            sample, _width, plan.Partitions, plan.Options.Iterations, plan.Options.Seed, team,
            round => Report(PartitionedBuildStage.Training, round, plan.Options.Iterations), cancellationToken);
        var nearest = new NearestCentroids(centroids, _width);
        float[] codewords = plan.Options.Lists == PartitionedLists.FourBit ? Codewords(sample, centroids, nearest) : [];
        int[] partitions = new int[source.Count];
        source.Pass((first, rows) =>
        {
            nearest.Find(rows, partitions.AsSpan(first, rows.Length / _width), team, cancellationToken);
            Report(PartitionedBuildStage.Assigning, first + (rows.Length / _width), source.Count);
        });
        return Encode(centroids, codewords, partitions);
    }

    private void Report(PartitionedBuildStage stage, int done, int total)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new PartitionedBuildProgress(stage, done, total));
    }

    /// <summary>The rows to train on: so many of all, each as likely as any other, in their order (Knuth's algorithm S).</summary>
    private float[] Sample()
    {
        float[] sample = new float[plan.TrainingRows * _width];
        var random = new CounterRandom(plan.Options.Seed, SampleStream);
        int taken = 0;
        source.Pass((first, rows) =>
        {
            int count = rows.Length / _width;
            for (int i = 0; i < count; i++)
            {
                if (random.Below(source.Count - first - i, (ulong)(first + i)) < plan.TrainingRows - taken)
                {
                    rows.Slice(i * _width, _width).CopyTo(sample.AsSpan(taken++ * _width));
                }
            }

            Report(PartitionedBuildStage.Reading, first + count, source.Count);
        });
        return sample;
    }

    private float[] Codewords(float[] sample, float[] centroids, NearestCentroids nearest)
    {
        // Some of the sample, spread over all of it.
        int depth = plan.Subspaces * plan.SubspaceDimensions, most = Math.Clamp(MostCodeElements / depth, 1, MostCodeRows);
        int step = (int)((plan.TrainingRows + (long)most - 1) / most);
        int count = (int)((plan.TrainingRows + (long)step - 1) / step);
        float[] some = new float[count * _width], residuals = new float[count * depth], directions = new float[count * depth];
        for (int i = 0; i < count; i++)
        {
            sample.AsSpan(i * step * _width, _width).CopyTo(some.AsSpan(i * _width));
        }

        int[] partitions = new int[count];
        nearest.Find(some, partitions, team, cancellationToken);
        for (int i = 0; i < count; i++)
        {
            Residuals.Write(
                some.AsSpan(i * _width, _width), centroids.AsSpan(partitions[i] * _width, _width), residuals.AsSpan(i * depth, depth), directions.AsSpan(i * depth, depth));
        }

        return ProductTraining.Train(
            residuals, directions, plan.Subspaces, plan.SubspaceDimensions, ProductTraining.Weight(_width, plan.Options.AnisotropicThreshold), CodeRounds,
            plan.Options.Seed, cancellationToken);
    }

    private PartitionedStore Encode(float[] centroids, float[] codewords, int[] partitions)
    {
        var writer = new ListWriter(centroids, codewords, partitions, plan, _width);
        source.Pass((first, rows) =>
        {
            writer.Write(first, rows, team);
            Report(PartitionedBuildStage.Encoding, first + (rows.Length / _width), source.Count);
        });
        return new PartitionedStore(writer.Parts());
    }
}
