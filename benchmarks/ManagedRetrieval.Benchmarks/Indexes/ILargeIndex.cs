using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>An index of this library that is made from batches of rows.</summary>
internal interface ILargeIndex
{
    /// <summary>What kind of index it is.</summary>
    string Index { get; }

    /// <summary>Builds it.</summary>
    /// <param name="count">The number of all rows.</param>
    /// <param name="batches">The rows, batch by batch; a batch is overwritten by the next.</param>
    /// <param name="team">Shares out the work.</param>
    void Build(int count, IEnumerable<Tensor<float>> batches, WorkerTeam team);

    /// <summary>The size of the index in a file.</summary>
    long Bytes { get; }

    /// <summary>Finds the best <see cref="GroundTruth.K"/> rows of each query, one query after the other.</summary>
    void Search(Tensor<float> queries, WorkerTeam team, Span<int> rows);
}
