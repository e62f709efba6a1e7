namespace ManagedRetrieval.Indexing;

/// <summary>A filter's lists as sets, for candidates whose identifiers are seen one by one.</summary>
internal sealed class IdentifierFilter<TId>
    where TId : notnull
{
    private readonly HashSet<TId>?[] _excluded;
    private readonly HashSet<TId>?[] _included;

    /// <summary>Makes sets of a filter's lists.</summary>
    /// <param name="filter">Null for none.</param>
    /// <param name="queries">The number of queries.</param>
    /// <exception cref="ArgumentException">Lists are not one for each query, or hold null.</exception>
    public IdentifierFilter(CandidateFilter<TId>? filter, int queries)
    {
        _excluded = Sets(filter?.Exclusions, queries, "exclusions");
        _included = Sets(filter?.Inclusions, queries, "inclusions");
    }

    /// <summary>Whether the lists of a query let it find a candidate. Any number of threads may ask at once.</summary>
    public bool Admits(int query, TId identifier) =>
        (_excluded.Length == 0 || _excluded[query]?.Contains(identifier) is not true)
        && (_included.Length == 0 || _included[query]?.Contains(identifier) is not false);

    private static HashSet<TId>?[] Sets(IReadOnlyList<IReadOnlyCollection<TId>?>? lists, int queries, string argument)
    {
        IndexArguments.CheckLists(lists, queries, argument);
        if (lists is null)
        {
            return [];
        }

        var sets = new HashSet<TId>?[queries];
        for (int query = 0; query < queries; query++)
        {
            if (lists[query] is not { } list)
            {
                continue;
            }

            // A set that came may compare in its own way, so it is not used as it is.
            sets[query] = new HashSet<TId>(list);
            if (sets[query]!.Contains(default!) && default(TId) is null)
            {
                throw new ArgumentException(FormattableString.Invariant($"{argument} must not hold null, but those of query {query} do."), argument);
            }
        }

        return sets;
    }
}
