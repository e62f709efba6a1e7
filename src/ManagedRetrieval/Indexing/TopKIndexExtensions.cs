using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Shorter forms of a search.</summary>
public static class TopKIndexExtensions
{
    /// <summary>Finds each query's k best candidates, in lists of their own.</summary>
    /// <remarks>Of all forms that null may mean, this one is meant.</remarks>
    /// <param name="index">Where to search.</param>
    /// <param name="queryEmbeddings">[queries, d] or [queries, heads, d], all finite; of several heads the best scores.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="filter">Which candidates may be found; null for all.</param>
    /// <param name="cancellationToken">Stops a long search.</param>
    /// <returns>One list for each query, best first; shorter than k where fewer candidates are left.</returns>
    /// <inheritdoc cref="ITopKIndex{TId}.Search" path="/exception"/>
    [OverloadResolutionPriority(1)]
    public static ScoredCandidate<TId>[][] Search<TId>(
        this ITopKIndex<TId> index, Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter = null, CancellationToken cancellationToken = default)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(index);
        var results = new TopKResults<TId>();
        index.Search(queryEmbeddings, k, filter, results, cancellationToken);
        return results.ToArrays();
    }

    /// <summary>Finds each query's k best candidates but for some.</summary>
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
        this ITopKIndex<TId> index, Tensor<float> queryEmbeddings, int k, IReadOnlyList<IReadOnlyCollection<TId>?>? exclusions)
        where TId : notnull =>
        Search(index, queryEmbeddings, k, exclusions is null ? null : new CandidateFilter<TId> { Exclusions = exclusions });

    /// <summary>Finds each query's k best candidates, without a filter, where the answers of an earlier search were.</summary>
    /// <param name="index">Where to search.</param>
    /// <param name="queryEmbeddings">[queries, d] or [queries, heads, d], all finite; of several heads the best scores.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="results">Receives the answers; what it held is lost.</param>
    /// <param name="cancellationToken">Stops a long search.</param>
    /// <inheritdoc cref="ITopKIndex{TId}.Search" path="/exception"/>
    public static void Search<TId>(
        this ITopKIndex<TId> index, Tensor<float> queryEmbeddings, int k, TopKResults<TId> results, CancellationToken cancellationToken = default)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(index);
        index.Search(queryEmbeddings, k, filter: null, results, cancellationToken);
    }
}
