using System.Collections.Immutable;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Exact search among the rows that were added to a live index, with the bits that <see cref="BruteForceIndex{TId}"/> gives their scores.</summary>
/// <param name="rows">The rows, some of them deleted.</param>
/// <param name="places">The rows that are not deleted, by their identifiers.</param>
/// <param name="workers">Shares out the work of a search.</param>
internal sealed class AddedIndex<TId>(AddedRows<TId> rows, ImmutableDictionary<TId, int> places, WorkerTeam workers)
    : TopKIndex<TId>(rows.Dimensions, rows, rows.Similarity, new AddedIdentifierRows<TId>(places))
    where TId : notnull
{
    /// <summary>No rows yet.</summary>
    public AddedIndex(int dimensions, Similarity similarity, WorkerTeam workers)
        : this(new AddedRows<TId>(dimensions, similarity), ImmutableDictionary<TId, int>.Empty, workers)
    {
    }

    /// <summary>The rows, some of them deleted.</summary>
    public AddedRows<TId> Rows { get; } = rows;

    /// <summary>The rows that are not deleted, by their identifiers.</summary>
    public ImmutableDictionary<TId, int> Places { get; } = places;

    /// <inheritdoc/>
    public override bool IsExact => true;

    /// <inheritdoc/>
    internal override WorkerTeam Workers { get; } = workers;

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        int k = scores.Shape.RowLength;
        if (k > 0)
        {
            TopKSearch.Run<float, Chunks>(
                queries.Span, new Chunks(Rows), queries.Shape.RowLength / Dimensions, k, scores.Span, rows,
                limits.Excluded, limits.Offsets, limits.Admitted, Workers, cancellationToken);
        }
    }

    private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores)
    {
        using var gathered = new Scratch<float>(rows.Length * Dimensions);
        for (int i = 0; i < rows.Length; i++)
        {
            Rows.Scored(rows[i]).CopyTo(gathered.Span[(i * Dimensions)..]);
        }

        RowScores.Write(queries, count, gathered.Span, scores);
    }

    /// <summary>The rows chunk by chunk.</summary>
    private readonly struct Chunks(AddedRows<TId> rows) : IScoredRows<float>
    {
        public static int LeastVectors => ScoreTiles.LeastVectors;

        public int Count => rows.Count;

        public int Width => rows.Dimensions;

        public void Score<TSink>(ReadOnlySpan<float> queries, int heads, int firstQuery, int firstRow, int count, TSink sink)
            where TSink : struct, IScoreSink<float>, allows ref struct
        {
            for (int row = firstRow, end = firstRow + count, length; row < end; row += length)
            {
                Tensor<float> some = rows.ScoredFrom(row, end);
                length = some.Shape.Rows;
                ScoreTiles.Run<float, TSink>(queries, firstQuery, some.Span, row, Width, sink, heads);
            }
        }
    }
}
