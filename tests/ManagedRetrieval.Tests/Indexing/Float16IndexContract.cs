using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

public sealed class Float16IndexContract : IndexContract
{
    protected override float GreatestOfRows => 65504;

    protected override ITopKIndex<TId> Build<TId>(Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity) =>
        new Float16Index<TId>(rows, identifiers, workers, similarity);

    protected override float Score(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        float[] rounded = new float[row.Length];
        for (int d = 0; d < row.Length; d++)
        {
            rounded[d] = (float)(Half)row[d];
        }

        return Chain(query, rounded);
    }
}
