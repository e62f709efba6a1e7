using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Rows of bytes alone.</summary>
public sealed class Int8RowsOnlyContract : IndexContract
{
    protected override ITopKIndex<TId> Build<TId>(Tensor<float> rows, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity) =>
        new Int8Index<TId>(rows, identifiers, new() { KeepEmbeddings = false }, workers, similarity);

    protected override float Score(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        float greatest = 0;
        foreach (float x in row)
        {
            greatest = Math.Max(greatest, Math.Abs(x));
        }

        float scale = greatest / 127;
        float[] bytes = new float[row.Length];
        for (int d = 0; d < row.Length && scale > 0; d++)
        {
            bytes[d] = Math.Clamp(MathF.Round(row[d] / scale), -127, 127);
        }

        return MathF.FusedMultiplyAdd(Chain(query, bytes), scale, 0);
    }

    protected override bool FindsTheBest(int count, int k) => count <= Math.Max(64, 4 * k);
}
