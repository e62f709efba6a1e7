using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Candidates in memory as a source.</summary>
/// <typeparam name="TId">What names a candidate.</typeparam>
public sealed class TensorCandidates<TId> : ICandidateSource<TId>
    where TId : notnull
{
    private readonly CandidateBatch<TId> _all;

    /// <summary>Takes candidates as they are.</summary>
    /// <param name="embeddings">[candidates, d], all finite; shared, not copied.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite.</exception>
    public TensorCandidates(Tensor<float> embeddings, IReadOnlyList<TId> identifiers)
    {
        IndexArguments.CheckRows(embeddings, identifiers, nameof(embeddings));
        _all = new CandidateBatch<TId>(embeddings, identifiers);
    }

    /// <inheritdoc/>
    public int Count => _all.Identifiers.Count;

    /// <inheritdoc/>
    public int Dimensions => _all.Embeddings.Shape.RowLength;

    /// <inheritdoc/>
    public IEnumerable<CandidateBatch<TId>> ReadBatches() => [_all];
}
