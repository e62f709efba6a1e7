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

    /// <summary>Shares out the work of a search.</summary>
    public WorkerTeam Workers { get; } = workers;

    /// <inheritdoc/>
    public override bool IsExact => true;

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        scores.Span.Fill(float.NaN);
        rows.Fill(-1);
        (int count, int k) = (scores.Shape.Rows, scores.Shape.RowLength);
        if (k == 0)
        {
            return;
        }

        using var sizes = new Scratch<int>(count);
        sizes.Span.Clear();
        var best = new TopKSink<float>(k, scores.Span, rows, sizes.Span, limits.Excluded, limits.Offsets, limits.Admitted);
        int heads = queries.Shape.RowLength / Dimensions;
        for (int row = 0; row < Count; row += AddedRows<TId>.ChunkRows)
        {
            var sink = new ShiftedSink<float, TopKSink<float>>(best, row);
            ScoreTiles.RunAll(queries.Span, Rows.ScoredFrom(row).Span, Dimensions, sink, Workers, heads, cancellationToken: cancellationToken);
        }

        best.Finish(0, count);
    }

    private protected override void ScoreRows(ReadOnlySpan<float> query, ReadOnlySpan<int> rows, Span<float> scores)
    {
        using var gathered = new Scratch<float>(rows.Length * Dimensions);
        for (int i = 0; i < rows.Length; i++)
        {
            Rows.Scored(rows[i]).CopyTo(gathered.Span[(i * Dimensions)..]);
        }

        RowScores.Write(query, gathered.Span, scores);
    }
}
