using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Rows of bytes with the floats beside them.</summary>
public sealed class Int8IndexContract : IndexContract
{
    protected override ITopKIndex<TId> Build<TId>(Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity) =>
        new Int8Index<TId>(rows, identifiers, workers: workers, similarity: similarity);
}
