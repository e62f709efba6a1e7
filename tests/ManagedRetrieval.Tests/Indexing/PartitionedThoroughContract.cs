using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Partitions of bytes of which all are probed and all rows scored, as floats: as exact as scoring them all.</summary>
public sealed class PartitionedThoroughContract : IndexContract
{
    protected override ITopKIndex<TId> Build<TId>(Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity) =>
        PartitionedIndex<TId>.Build(
            rows, identifiers, new() { Lists = PartitionedLists.EightBit, Rescoring = PartitionedRescoring.FullPrecision }, similarity, workers)
            .With(int.MaxValue, int.MaxValue);
}
