using ManagedRetrieval.Engine.Kernels.Scoring;

namespace ManagedRetrieval.Indexing;

/// <summary>Keeps each query's best rows of one batch, as far as they are better than what earlier batches left.</summary>
/// <remarks>What a filter says of an identifier is asked for those rows alone that would enter.</remarks>
/// <param name="k">Entries of a list.</param>
/// <param name="scores">[ranges, queries, k]; written over.</param>
/// <param name="rows">[ranges, queries, k]; written over.</param>
/// <param name="sizes">[ranges, queries]; zeros at the start, then how many entries each list has.</param>
/// <param name="floors">[queries]: what a score has to exceed; NaN for nothing.</param>
/// <param name="admitted">A bit for each row of the batch that may be kept; empty for all.</param>
/// <param name="filter">What the queries' lists admit; null for everything.</param>
/// <param name="identifiers">Of the batch.</param>
internal readonly ref struct StreamSink<TId>(
    int k,
    Span<float> scores,
    Span<int> rows,
    Span<int> sizes,
    ReadOnlySpan<float> floors,
    ReadOnlySpan<ulong> admitted,
    IdentifierFilter<TId>? filter,
    IReadOnlyList<TId> identifiers) : IScoreSink<float>
    where TId : notnull
{
    private readonly TopKSink<float> _best = new(k, scores, rows, sizes, admitted: admitted);
    private readonly Span<float> _scores = scores;
    private readonly Span<int> _sizes = sizes;
    private readonly ReadOnlySpan<float> _floors = floors;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<float> tile)
    {
        int of = query % _floors.Length;
        for (int i = 0; (i = Next(query, of, tile, i)) < tile.Length; i++)
        {
            if (filter is null || filter.Admits(of, identifiers[firstRow + i]))
            {
                _best.Accept(query, firstRow + i, tile.Slice(i, 1));
            }
        }
    }

    /// <inheritdoc/>
    public void Finish(int first, int count) => _best.Finish(first, count);

    private int Next(int query, int of, ReadOnlySpan<float> tile, int start)
    {
        // Rows come in ascending order, so one that ties with a kept row comes after it.
        float least = float.MaxNumber(_floors[of], _sizes[query] == k ? _scores[query * k] : float.NaN);
        if (!float.IsNaN(least))
        {
            return FirstAbove.Of(tile, start, least);
        }

        while (start < tile.Length && float.IsNaN(tile[start]))
        {
            start++;
        }

        return start;
    }
}
