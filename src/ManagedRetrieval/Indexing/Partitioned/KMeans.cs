using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>Partitions of vectors around centroids (Lloyd's k-means).</summary>
/// <remarks>
/// The objective is Σ |x − its centroid|². In turn each vector goes to its nearest centroid, and each centroid to the mean of its
/// vectors, summed in their order in double; neither makes the objective greater. A centroid that no vector is nearest to, which adds
/// nothing to it, is moved to a vector of the partition that then adds most, drawn by chance, and halves what that partition counts as.
/// </remarks>
internal static class KMeans
{
    private const ulong OrderStream = 0x4B31, ReseedStream = 0x4B32;

    /// <summary>Trains centroids.</summary>
    /// <param name="vectors">[vectors, width], at least as many as centroids.</param>
    /// <param name="width">The number of dimensions.</param>
    /// <param name="count">The number of centroids.</param>
    /// <param name="rounds">How often vectors are shared out anew, at most; it ends where none moves.</param>
    /// <param name="seed">Decides what is drawn.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="done">Called after each round with the number of rounds so far.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    /// <returns>[centroids, width].</returns>
    public static float[] Train(
        ReadOnlySpan<float> vectors, int width, int count, int rounds, ulong seed, WorkerTeam team, Action<int>? done, CancellationToken cancellationToken)
    {
        int rows = vectors.Length / width;
        int[] order = [.. Enumerable.Range(0, rows)], nearest = new int[rows], before = new int[rows];
        new CounterRandom(seed, OrderStream).Shuffle<int>(order);
        float[] centroids = new float[count * width];
        Rows.Gather(vectors, width, order.AsSpan(0, count), centroids);
        before.AsSpan().Fill(-1);
        for (int round = 0; round < rounds; round++)
        {
            new NearestCentroids(centroids, width).Find(vectors, nearest, team, cancellationToken);
            if (nearest.AsSpan().SequenceEqual(before))
            {
                break;
            }

            int[] sizes = Means(vectors, width, nearest, centroids);
            Reseed(vectors, width, nearest, sizes, new CounterRandom(seed, ReseedStream + ((ulong)round << 32)), centroids);
            (nearest, before) = (before, nearest);
            done?.Invoke(round + 1);
        }

        return centroids;
    }

    /// <summary>Moves each centroid to the mean of its vectors, and counts them.</summary>
    private static int[] Means(ReadOnlySpan<float> vectors, int width, ReadOnlySpan<int> nearest, Span<float> centroids)
    {
        double[] sums = new double[centroids.Length];
        int[] sizes = new int[centroids.Length / width];
        for (int row = 0; row < nearest.Length; row++)
        {
            sizes[nearest[row]]++;
            Span<double> sum = sums.AsSpan(nearest[row] * width, width);
            ReadOnlySpan<float> vector = vectors.Slice(row * width, width);
            for (int d = 0; d < width; d++)
            {
                sum[d] += vector[d];
            }
        }

        for (int i = 0; i < centroids.Length; i++)
        {
            if (sizes[i / width] > 0)
            {
                centroids[i] = (float)(sums[i] / sizes[i / width]);
            }
        }

        return sizes;
    }

    private static void Reseed(ReadOnlySpan<float> vectors, int width, ReadOnlySpan<int> nearest, int[] sizes, CounterRandom random, Span<float> centroids)
    {
        if (!sizes.Contains(0))
        {
            return;
        }

        int[] offsets = new int[sizes.Length + 1], members = new int[nearest.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            offsets[i + 1] = offsets[i] + sizes[i];
        }

        int[] next = offsets[..^1];
        for (int row = 0; row < nearest.Length; row++)
        {
            members[next[nearest[row]]++] = row;
        }

        // What adds most first, among equals the first: keys are unique.
        var worst = new PriorityQueue<int, (double Error, int Partition)>();
        double[] errors = Errors(vectors, width, nearest, centroids);
        for (int i = 0; i < sizes.Length; i++)
        {
            worst.Enqueue(i, (-errors[i], i));
        }

        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == 0 && worst.TryPeek(out int from, out (double Error, int Partition) key) && key.Error < 0)
            {
                worst.DequeueEnqueue(from, (key.Error / 2, from));
                int row = members[offsets[from] + random.Below(sizes[from], (ulong)i)];
                vectors.Slice(row * width, width).CopyTo(centroids[(i * width)..]);
            }
        }
    }

    /// <summary>What each partition adds to the objective.</summary>
    private static double[] Errors(ReadOnlySpan<float> vectors, int width, ReadOnlySpan<int> nearest, ReadOnlySpan<float> centroids)
    {
        double[] errors = new double[centroids.Length / width];
        for (int row = 0; row < nearest.Length; row++)
        {
            ReadOnlySpan<float> vector = vectors.Slice(row * width, width), centroid = centroids.Slice(nearest[row] * width, width);
            for (int d = 0; d < width; d++)
            {
                double difference = (double)vector[d] - centroid[d];
                errors[nearest[row]] += difference * difference;
            }
        }

        return errors;
    }
}
