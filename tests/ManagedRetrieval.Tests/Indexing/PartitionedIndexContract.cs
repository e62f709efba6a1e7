using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Partitions of 4-bit codes with the rows as floats, whose scores are known to the bit; as many are scored as by default.</summary>
public sealed class PartitionedIndexContract : IndexContract
{
    private const int RescoredByDefault = 256;

    protected override ITopKIndex<TId> Build<TId>(Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity) =>
        PartitionedIndex<TId>.Build(rows, identifiers, new() { Rescoring = PartitionedRescoring.FullPrecision }, similarity, workers);

    protected override bool FindsTheBest(int count, int k) => count <= Math.Max(RescoredByDefault, k);
}
