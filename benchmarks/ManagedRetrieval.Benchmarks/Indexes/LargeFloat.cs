using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Every candidate is scored in float32, of rows that came batch by batch.</summary>
internal sealed class LargeFloat : ILargeIndex
{
    private Tensor<float> _rows;

    public string Index => "exact-float32";

    public long Bytes => (long)_rows.Shape.Length * sizeof(float);

    public void Build(int count, IEnumerable<Tensor<float>> batches, WorkerTeam team)
    {
        int first = 0;
        foreach (Tensor<float> batch in batches)
        {
            if (_rows.IsDefault)
            {
                _rows = new Tensor<float>(new Shape(count, batch.Shape.RowLength));
            }

            batch.Span.CopyTo(_rows.Rows(first, batch.Shape.Rows).Span);
            first += batch.Shape.Rows;
        }
    }

    public void Search(Tensor<float> queries, WorkerTeam team, Span<int> rows) =>
        new CpuBackend<float>(team).TopK(queries, _rows, GroundTruth.K, new Tensor<float>(new Shape(queries.Shape.Rows, GroundTruth.K)), rows);
}
