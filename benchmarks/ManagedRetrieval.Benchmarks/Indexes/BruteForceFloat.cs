using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Every candidate is scored in float32.</summary>
internal sealed class BruteForceFloat : OurIndex<BruteForceIndex<int>>
{
    public override string Index => "exact-float32";

    public override bool IsExact => true;

    protected override BruteForceIndex<int> Make(Tensor<float> rows, Parameters parameters, WorkerTeam team) => new(rows, new RowNumbers(rows.Shape.Rows));

    protected override long Bytes(BruteForceIndex<int> index) => (long)index.Embeddings.Shape.Length * sizeof(float);

    protected override TopKIndex<int> Searching(BruteForceIndex<int> index, Parameters parameters, WorkerTeam team) =>
        new BruteForceIndex<int>(index.Embeddings, index.Identifiers, team);
}
