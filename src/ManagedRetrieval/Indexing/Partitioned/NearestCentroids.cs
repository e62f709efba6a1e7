using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>Finds the centroid that rows are nearest to.</summary>
/// <remarks>
/// The least |x − c|² has the greatest x · c − |c|² / 2, which is a dot product: [x, 1] · [c, −|c|² / 2]. So the search for the best
/// candidate finds it, with one more element in each vector. Among equals the first.
/// </remarks>
internal sealed class NearestCentroids
{
    /// <summary>Rows that are looked at together: 2 MiB of 64 floats, in more parts than there are workers; fewer where they have more than 1,024.</summary>
    private const int MostRows = 8192, MostElements = 8192 * 1024;

    private readonly float[] _centroids;
    private readonly int _width;

    /// <summary>Takes centroids.</summary>
    /// <param name="centroids">[centroids, width].</param>
    /// <param name="width">The number of dimensions.</param>
    public NearestCentroids(ReadOnlySpan<float> centroids, int width)
    {
        _width = width;
        int count = centroids.Length / width;
        _centroids = new float[count * (width + 1)];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> centroid = centroids.Slice(i * width, width);
            Span<float> extended = _centroids.AsSpan(i * (width + 1), width + 1);
            centroid.CopyTo(extended);
            double squares = 0;
            foreach (float element in centroid)
            {
                squares += (double)element * element;
            }

            extended[width] = (float)(-squares / 2);
        }
    }

    /// <summary>Finds the nearest centroid of each row; a row for which there is no number goes to the first.</summary>
    /// <param name="rows">[rows, width].</param>
    /// <param name="nearest">Receives the centroid of each row.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    public void Find(ReadOnlySpan<float> rows, Span<int> nearest, WorkerTeam team, CancellationToken cancellationToken)
    {
        int extended = _width + 1, chunk = Math.Clamp(MostElements / extended, 1, Math.Max(1, Math.Min(MostRows, nearest.Length)));
        using var vectors = new Scratch<float>(chunk * extended);
        using var scores = new Scratch<float>(chunk);
        for (int start = 0; start < nearest.Length; start += chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(chunk, nearest.Length - start);
            for (int i = 0; i < count; i++)
            {
                Span<float> vector = vectors.Span.Slice(i * extended, extended);
                rows.Slice((start + i) * _width, _width).CopyTo(vector);
                vector[_width] = 1;
            }

            Span<int> found = nearest.Slice(start, count);
            TopKSearch.Run(vectors.Span[..(count * extended)], _centroids, extended, 1, 1, scores.Span[..count], found, [], [], [], team, cancellationToken);
            found.Replace(-1, 0);
        }
    }
}
