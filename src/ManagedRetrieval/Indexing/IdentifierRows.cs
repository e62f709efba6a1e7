using System.Runtime.InteropServices;

namespace ManagedRetrieval.Indexing;

/// <summary>Finds the rows that bear an identifier. Immutable; any number of threads may ask at once.</summary>
internal sealed class IdentifierRows<TId>
    where TId : notnull
{
    private readonly Dictionary<TId, int> _first;

    /// <summary>For each row the next one with the same identifier; −1 after the last.</summary>
    private readonly int[] _next;

    /// <summary>Takes in one identifier for each row.</summary>
    public IdentifierRows(IReadOnlyList<TId> identifiers)
    {
        _first = new Dictionary<TId, int>(identifiers.Count);
        _next = new int[identifiers.Count];
        for (int row = identifiers.Count - 1; row >= 0; row--)
        {
            ref int first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, identifiers[row], out bool exists);
            _next[row] = exists ? first : -1;
            first = row;
        }
    }

    /// <summary>The rows that bear any of each query's identifiers, ascending without repetition, and where each query's start.</summary>
    /// <exception cref="ArgumentException">An identifier is null.</exception>
    public (int[] Rows, int[] Offsets) Find(IReadOnlyList<IReadOnlyCollection<TId>?> exclusions)
    {
        var rows = new List<int>();
        int[] offsets = new int[exclusions.Count + 1];
        for (int query = 0; query < exclusions.Count; query++)
        {
            int start = rows.Count;
            foreach (TId identifier in exclusions[query] ?? [])
            {
                if (identifier is null)
                {
                    throw new ArgumentException($"exclusions must not hold null, but those of query {query} do.", nameof(exclusions));
                }

                for (int row = _first.GetValueOrDefault(identifier, -1); row >= 0; row = _next[row])
                {
                    rows.Add(row);
                }
            }

            Span<int> found = CollectionsMarshal.AsSpan(rows)[start..];
            found.Sort();
            int unique = 0;
            for (int i = 0; i < found.Length; i++)
            {
                if (i == 0 || found[i] != found[i - 1])
                {
                    found[unique++] = found[i];
                }
            }

            CollectionsMarshal.SetCount(rows, start + unique);
            offsets[query + 1] = start + unique;
        }

        return ([.. rows], offsets);
    }
}
