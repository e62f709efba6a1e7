using System.Runtime.InteropServices;

namespace ManagedRetrieval.Indexing;

/// <summary>Finds the rows that bear an identifier. Immutable; any number of threads may ask at once.</summary>
internal abstract class IdentifierRows<TId>
    where TId : notnull
{
    /// <summary>Appends the rows that bear one identifier, ascending.</summary>
    /// <param name="identifier">Any; of one that is unknown nothing is appended.</param>
    /// <param name="rows">Receives the rows, after what it holds.</param>
    public abstract void Find(TId identifier, List<int> rows);

    /// <summary>Appends the rows that bear any of some identifiers, ascending without repetition.</summary>
    /// <param name="identifiers">Those of one query.</param>
    /// <param name="query">Its number, for messages.</param>
    /// <param name="argument">What messages call the identifiers.</param>
    /// <param name="rows">Receives the rows, after what it holds.</param>
    /// <exception cref="ArgumentException">An identifier is null.</exception>
    public void Find(IReadOnlyCollection<TId> identifiers, int query, string argument, List<int> rows)
    {
        int start = rows.Count;

        // The usual collections without what enumerating them by their interface allocates.
        switch (identifiers)
        {
            case TId[] array:
                Add(array, query, argument, rows);
                break;
            case List<TId> list:
                Add(CollectionsMarshal.AsSpan(list), query, argument, rows);
                break;
            case HashSet<TId> set:
                foreach (TId identifier in set)
                {
                    Add([identifier], query, argument, rows);
                }

                break;
            default:
                foreach (TId identifier in identifiers)
                {
                    Add([identifier], query, argument, rows);
                }

                break;
        }

        CollectionsMarshal.SetCount(rows, start + SortedRows.Distinct(CollectionsMarshal.AsSpan(rows)[start..]).Length);
    }

    private void Add(ReadOnlySpan<TId> identifiers, int query, string argument, List<int> rows)
    {
        foreach (TId identifier in identifiers)
        {
            if (identifier is null)
            {
                throw new ArgumentException(FormattableString.Invariant($"{argument} must not hold null, but those of query {query} do."), argument);
            }

            Find(identifier, rows);
        }
    }
}
