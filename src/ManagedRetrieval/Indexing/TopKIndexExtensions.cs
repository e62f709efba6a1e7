using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Searches that make new lists of their answers.</summary>
public static class TopKIndexExtensions
{
    /// <summary>Finds each query's k best candidates.</summary>
    /// <param name="index">Where to search.</param>
    /// <param name="queryEmbeddings">[queries, d] or [queries, heads, d], all finite; of several heads the best scores.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="exclusions">
    /// For each query the identifiers that may not be found, null for none; every row that bears one of them is passed
    /// over. Identifiers that no candidate bears are ignored.
    /// </param>
    /// <returns>One list for each query, best first; shorter than k where fewer candidates are left.</returns>
    /// <inheritdoc cref="ITopKIndex{TId}.Search" path="/exception"/>
    public static ScoredCandidate<TId>[][] Search<TId>(
        this ITopKIndex<TId> index, Tensor<float> queryEmbeddings, int k, IReadOnlyList<IReadOnlyCollection<TId>?>? exclusions = null)
        where TId : notnull =>
        Search(index, queryEmbeddings, k, exclusions is null ? null : new CandidateFilter<TId> { Exclusions = exclusions });

    /// <summary>Finds each query's k best candidates among those that a filter admits.</summary>
    /// <param name="index">Where to search.</param>
    /// <param name="queryEmbeddings">[queries, d] or [queries, heads, d], all finite; of several heads the best scores.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="filter">Which candidates may be found; null for all.</param>
    /// <param name="cancellationToken">Stops a long search.</param>
    /// <returns>One list for each query, best first; shorter than k where fewer candidates are left.</returns>
    /// <inheritdoc cref="ITopKIndex{TId}.Search" path="/exception"/>
    public static ScoredCandidate<TId>[][] Search<TId>(
        this ITopKIndex<TId> index, Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, CancellationToken cancellationToken = default)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(index);
        var results = new TopKResults<TId>();
        index.Search(queryEmbeddings, k, results, filter, cancellationToken);
        return results.ToArrays();
    }
}
