using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Every candidate is scanned in int8, of rows that came batch by batch, and the best are scored again by their bytes.</summary>
internal sealed class LargeInt8 : ILargeIndex
{
    private readonly TopKResults<int> _results = new();
    private Int8Index<int>? _built;

    public string Index => "int8";

    public long Bytes => _built!.Store.Packed.Length + ((long)sizeof(float) * _built.Store.Scales.Length);

    public void Build(int count, IEnumerable<Tensor<float>> batches, WorkerTeam team) => _built = Int8Index<int>.Build(new Batches(count, batches), workers: team);

    public void Search(Tensor<float> queries, WorkerTeam team, Span<int> rows) =>
        OurSearch.Run(new Int8Index<int>(_built!.Store, default, _built.Identifiers, options: null, team, _built.Similarity), queries, _results, rows);

    private sealed class Batches(int count, IEnumerable<Tensor<float>> batches) : ICandidateSource<int>
    {
        public int Count => count;

        public int Dimensions => VectorSetting.Dimensions;

        public IEnumerable<CandidateBatch<int>> ReadBatches()
        {
            int first = 0;
            foreach (Tensor<float> batch in batches)
            {
                yield return new CandidateBatch<int>(batch, [.. Enumerable.Range(first, batch.Shape.Rows)]);
                first += batch.Shape.Rows;
            }
        }
    }
}
