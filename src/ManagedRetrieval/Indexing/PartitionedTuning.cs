using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Looks for the settings of a partitioned index that reach a recall with the least work.</summary>
internal sealed class PartitionedTuning<TId>
    where TId : notnull
{
    /// <summary>What a scored row costs in scanned rows of codes, and a scanned row of bytes: measured on a million rows of 64 floats.</summary>
    private const double ScoredCost = 32, BytesCost = 8;

    private readonly PartitionedIndex<TId> _index;
    private readonly Tensor<float> _queries;
    private readonly CancellationToken _cancellationToken;
    private readonly int _k;
    private readonly int[] _exact;
    private readonly double[] _scanned;
    private readonly TopKResults<TId> _results = new();

    /// <summary>Makes the exact answers, and counts the rows that a search scans.</summary>
    public PartitionedTuning(
        PartitionedIndex<TId> index, Tensor<float> queries, ICandidateSource<TId> source, int k, WorkerTeam team, CancellationToken cancellationToken)
    {
        (_index, _k, _cancellationToken) = (index, k, cancellationToken);
        _queries = queries;
        Tensor<float> vectors = queries;
        if (index.Similarity == Similarity.Cosine)
        {
            vectors = new Tensor<float>(queries.Shape);
            UnitRows.Write(queries.Span, index.Dimensions, vectors.Span);
        }

        var backend = new CpuBackend<float>(team);
        _exact = Exact(vectors, new PassedCandidates<TId>(source, index.Similarity, float.MaxValue, cancellationToken), backend);
        _scanned = Scanned(new Tensor<float>(new Shape(vectors.Shape.Length / index.Dimensions, index.Dimensions), vectors.Memory), backend);
    }

    /// <summary>Finds the settings.</summary>
    public MeasuredRecall Find(double target)
    {
        int[] probes = Steps(1, _index.Partitions, 1.25);
        MeasuredRecall? best = null, highest = null;
        double least = double.PositiveInfinity;
        foreach (int rescored in Steps(_k, Math.Min(_index.Count, Math.Max(512 * 8, 8 * _k)), 2))
        {
            // More probes hardly ever find less, so that the first of them that reach the target are found by halving.
            int low = 0, high = probes.Length;
            while (low < high && Cost(probes[low], rescored) < least)
            {
                int middle = (low + high) / 2;
                MeasuredRecall measured = Measure(probes[middle], rescored);
                highest = highest is null || measured.Recall > highest.Recall ? measured : highest;
                if (measured.Recall < target)
                {
                    low = middle + 1;
                    continue;
                }

                high = middle;
                if (Cost(measured.Probes, rescored) < least)
                {
                    (best, least) = (measured, Cost(measured.Probes, rescored));
                }
            }
        }

        return best ?? highest!;
    }

    /// <summary>Numbers that grow by a factor, then the last.</summary>
    private static int[] Steps(int first, int last, double factor)
    {
        var steps = new List<int>();
        for (double step = first; step < last; step = Math.Max(Math.Floor(step) + 1, step * factor))
        {
            steps.Add((int)step);
        }

        steps.Add(last);
        return [.. steps];
    }

    private double Cost(int probes, int rescored) => (_scanned[probes] * (_index.Store.HasCodes ? 1 : BytesCost)) + (ScoredCost * rescored);

    private MeasuredRecall Measure(int probes, int rescored)
    {
        using PartitionedIndex<TId> index = _index.With(probes, rescored);
        index.Search(_queries, _k, _results, cancellationToken: _cancellationToken);
        int found = 0;
        for (int query = 0; query < _results.Queries; query++)
        {
            ReadOnlySpan<int> exact = _exact.AsSpan(query * _k, _k);
            foreach (int row in _results.Rows(query))
            {
                found += exact.Contains(row) ? 1 : 0;
            }
        }

        return new MeasuredRecall(_k, (double)found / _exact.Length, _results.Queries, probes, rescored);
    }

    /// <summary>Each query's best rows, chunk of rows after chunk.</summary>
    private int[] Exact(Tensor<float> vectors, PassedCandidates<TId> rows, CpuBackend<float> backend)
    {
        int queries = vectors.Shape.Rows;
        ulong[] best = new ulong[queries * _k];
        rows.Pass((first, some) =>
        {
            _cancellationToken.ThrowIfCancellationRequested();
            int count = some.Length / _index.Dimensions, k = Math.Min(_k, count);
            var scores = new Tensor<float>(new Shape(queries, k));
            int[] found = new int[queries * k];
            backend.TopK(vectors, new Tensor<float>(new Shape(count, _index.Dimensions), some.ToArray()), k, scores, found, cancellationToken: _cancellationToken);
            ulong[] room = new ulong[GreatestKeys.Room(_k)];
            for (int query = 0; query < queries; query++)
            {
                Span<ulong> ofQuery = best.AsSpan(query * _k, _k);
                var keys = new GreatestKeys(room, _k);
                foreach (ulong key in ofQuery)
                {
                    keys.Add(key);
                }

                for (int i = query * k; i < (query + 1) * k; i++)
                {
                    if (found[i] >= 0)
                    {
                        keys.Add(ScoreKeys.Of(ScoreKeys.Order(scores.Span[i] + 0f), first + found[i]));
                    }
                }

                keys.Finish().CopyTo(ofQuery);
            }
        });
        return [.. best.Select(ScoreKeys.Place)];
    }

    /// <summary>For each number of probes how many rows they hold, the mean over vectors.</summary>
    private double[] Scanned(Tensor<float> vectors, CpuBackend<float> backend)
    {
        int partitions = _index.Partitions;
        ReadOnlySpan<int> offsets = _index.Store.Parts.Offsets.Span;
        int[] lists = new int[vectors.Shape.Rows * partitions];
        var centroids = new Tensor<float>(new Shape(partitions, _index.Dimensions), _index.Store.Parts.Centroids.ToArray());
        backend.TopK(vectors, centroids, partitions, new Tensor<float>(new Shape(vectors.Shape.Rows, partitions)), lists, cancellationToken: _cancellationToken);
        double[] scanned = new double[partitions + 1];
        for (int i = 0; i < lists.Length; i++)
        {
            int list = Math.Max(lists[i], 0);
            scanned[(i % partitions) + 1] += (double)(offsets[list + 1] - offsets[list]) / vectors.Shape.Rows;
        }

        for (int probes = 1; probes <= partitions; probes++)
        {
            scanned[probes] += scanned[probes - 1];
        }

        return scanned;
    }
}
