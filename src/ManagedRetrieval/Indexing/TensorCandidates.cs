using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Candidates in memory, or in a mapped file, as a source.</summary>
/// <typeparam name="TId">What names a candidate.</typeparam>
public sealed class TensorCandidates<TId> : ICandidateSource<TId>
    where TId : notnull
{
    private readonly Tensor<float> _embeddings;
    private readonly IReadOnlyList<TId> _identifiers;
    private readonly int _batchRows;

    /// <summary>Takes candidates as they are.</summary>
    /// <param name="embeddings">[candidates, d], all finite; shared, not copied.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <param name="batchRows">Rows of a batch, which is a view of them; the last one may have fewer.</param>
    /// <param name="checkWhenRead">
    /// Whether to leave it to those who read batches to find rows that are not finite, as indexes do. Otherwise all rows are read now, which a
    /// mapped file would have to be for.
    /// </param>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchRows"/> is less than 1.</exception>
    public TensorCandidates(Tensor<float> embeddings, IReadOnlyList<TId> identifiers, int batchRows = 1 << 16, bool checkWhenRead = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        if (checkWhenRead)
        {
            IndexArguments.CheckShape(embeddings, identifiers, nameof(embeddings));
        }
        else
        {
            IndexArguments.CheckRows(embeddings, identifiers, nameof(embeddings));
        }

        (_embeddings, _identifiers, _batchRows) = (embeddings, identifiers, batchRows);
    }

    /// <inheritdoc/>
    public int Count => _identifiers.Count;

    /// <inheritdoc/>
    public int Dimensions => _embeddings.Shape.RowLength;

    /// <summary>All identifiers, which no batch writes over.</summary>
    internal IReadOnlyList<TId> Identifiers => _identifiers;

    /// <inheritdoc/>
    public IEnumerable<CandidateBatch<TId>> ReadBatches()
    {
        for (int start = 0; start < Count; start += Math.Min(_batchRows, Count - start))
        {
            int rows = Math.Min(_batchRows, Count - start);
            yield return new CandidateBatch<TId>(_embeddings.Rows(start, rows), rows == Count ? _identifiers : new ListRange<TId>(_identifiers, start, rows));
        }
    }
}
