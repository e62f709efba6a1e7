using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Candidates that queries are ranked against.</summary>
/// <remarks>
/// Any number of threads may search at once, each with results of its own. A query gets the same bits alone or in a batch, and for any
/// number of workers.
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public interface ITopKIndex<TId>
    where TId : notnull
{
    /// <summary>The number of candidates.</summary>
    int Count { get; }

    /// <summary>The number of dimensions.</summary>
    int Dimensions { get; }

    /// <summary>Whether the answers are those of scoring every candidate by its embedding as it was given.</summary>
    bool IsExact { get; }

    /// <summary>What makes a score.</summary>
    Similarity Similarity { get; }

    /// <summary>Finds each query's k best candidates: highest score first, among equals the lowest row first.</summary>
    /// <remarks>
    /// With results that were used before and large enough nothing is allocated, but for what the filter's own collections and
    /// predicate allocate. Where k candidates are admissible, k are found, also by an index that is not exact.
    /// </remarks>
    /// <param name="queryEmbeddings">[queries, d] or [queries, heads, d], all finite and, but for the cosine, of magnitudes up to 10¹⁵; of several heads the best scores.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="filter">Which candidates may be found; null for all.</param>
    /// <param name="results">Receives the answers; what it held is lost.</param>
    /// <param name="cancellationToken">Stops a long search between parts of it; the results are then not to be used.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1, or queries · k are more than one array can hold.</exception>
    /// <exception cref="ArgumentException">
    /// The queries have another dimension than the candidates, or are not finite or too great; or the filter's lists are not one for each query, or hold null.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    void Search(
        Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, TopKResults<TId> results, CancellationToken cancellationToken = default);
}
