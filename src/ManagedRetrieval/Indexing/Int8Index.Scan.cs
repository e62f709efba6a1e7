using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing;

public sealed partial class Int8Index<TId>
{
    /// <inheritdoc/>
    internal override WorkerTeam Workers => _workers;

    private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores)
    {
        if (!_embeddings.IsDefault)
        {
            RowScores.Write(queries, count, _embeddings, rows, scores, toUnitLength: Similarity == Similarity.Cosine);
            return;
        }

        int length = queries.Length / count;
        for (int query = 0; query < count; query++)
        {
            ScoreRows(queries.Slice(query * length, length), rows, scores.Slice(query * rows.Length, rows.Length));
        }
    }
}
