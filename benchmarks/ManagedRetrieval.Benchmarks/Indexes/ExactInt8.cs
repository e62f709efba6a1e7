using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Every candidate is scanned in int8, and those that may be among the best are scored again in float32.</summary>
internal sealed class ExactInt8 : OurIndex<Int8Index<int>>
{
    private Tensor<float> _rows;

    public override string Index => "exact-int8";

    public override bool IsExact => true;

    protected override Int8Index<int> Make(Tensor<float> rows, Parameters parameters, WorkerTeam team)
    {
        _rows = rows;
        return new Int8Index<int>(rows, new RowNumbers(rows.Shape.Rows), workers: team);
    }

    protected override long Bytes(Int8Index<int> index) =>
        index.Store.Packed.Length + (sizeof(float) * ((long)index.Store.Scales.Length + _rows.Shape.Length));

    protected override TopKIndex<int> Searching(Int8Index<int> index, Parameters parameters, WorkerTeam team) =>
        new Int8Index<int>(index.Store, _rows, index.Identifiers, options: null, team, index.Similarity);
}
