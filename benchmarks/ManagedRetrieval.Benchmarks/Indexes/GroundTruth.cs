using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>The exact best candidates of each query.</summary>
internal sealed class GroundTruth
{
    /// <summary>How many are asked for.</summary>
    public const int K = 10;

    private readonly int[] _rows;

    /// <summary>Finds them.</summary>
    public GroundTruth(VectorSet set, WorkerTeam team)
    {
        int count = set.Queries.Shape.Rows;
        _rows = new int[count * K];
        new CpuBackend<float>(team).TopK(set.Queries, set.Rows, K, new Tensor<float>(new Shape(count, K)), _rows);
    }

    /// <summary>Takes what was found otherwise.</summary>
    /// <param name="rows">K for each query, one query after the other.</param>
    public GroundTruth(int[] rows) => _rows = rows;

    /// <summary>The share of the best K that was found, over as many queries as there are answers of, from the first on.</summary>
    public double Recall(ReadOnlySpan<int> found)
    {
        int right = 0;
        for (int i = 0; i < found.Length; i++)
        {
            right += _rows.AsSpan(i / K * K, K).Contains(found[i]) ? 1 : 0;
        }

        return right / (double)found.Length;
    }
}
