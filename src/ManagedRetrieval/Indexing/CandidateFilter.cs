namespace ManagedRetrieval.Indexing;

/// <summary>Which candidates one search may find; a candidate has to pass all that is given.</summary>
/// <remarks>Identifiers that no candidate bears are ignored; every row that bears one of them is meant. The first search with lists makes a map of all identifiers.</remarks>
/// <typeparam name="TId">What names a candidate.</typeparam>
public sealed class CandidateFilter<TId>
    where TId : notnull
{
    /// <summary>For each query the identifiers that may not be found, null for none; null where no query has any.</summary>
    public IReadOnlyList<IReadOnlyCollection<TId>?>? Exclusions { get; init; }

    /// <summary>For each query the only identifiers that may be found, null for all; null where no query has any.</summary>
    public IReadOnlyList<IReadOnlyCollection<TId>?>? Inclusions { get; init; }

    /// <summary>
    /// Whether a candidate may be found, by any query of the search. It is asked on the calling thread, of candidates in any order, of one named by several queries' inclusions
    /// more than once, and has to answer the same each time.
    /// </summary>
    public Func<TId, bool>? Predicate { get; init; }
}
