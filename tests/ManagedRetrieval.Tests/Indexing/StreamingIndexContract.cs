using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Batches that rarely end where a block of the search does.</summary>
public sealed class StreamingIndexContract : IndexContract
{
    /// <summary>Enumerators, ranges of identifiers, and the sets of a filter's lists.</summary>
    protected override long Allocates => 40_000;

    protected override ITopKIndex<TId> Build<TId>(Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity) =>
        new StreamingIndex<TId>(new TensorCandidates<TId>(rows, identifiers, batchRows: rows.IsDefault || rows.Shape.Rows < 500 ? 7 : 501), workers, similarity);
}
