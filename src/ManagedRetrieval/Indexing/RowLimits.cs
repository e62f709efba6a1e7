namespace ManagedRetrieval.Indexing;

/// <summary>Which rows some queries of a search may find.</summary>
internal readonly ref struct RowLimits
{
    /// <summary>A bit for each row that any query may find; empty for all.</summary>
    public ReadOnlySpan<ulong> Admitted { get; init; }

    /// <summary>Rows to pass over, one query's after the other's, each query's ascending without repetition.</summary>
    public ReadOnlySpan<int> Excluded { get; init; }

    /// <summary>Where each query's rows start in <see cref="Excluded"/>, then the number of all; empty where nothing is excluded.</summary>
    public ReadOnlySpan<int> Offsets { get; init; }

    /// <summary>The rows that one of the queries has to pass over.</summary>
    public ReadOnlySpan<int> ExcludedBy(int query) => Offsets.IsEmpty ? [] : Excluded[Offsets[query]..Offsets[query + 1]];

    /// <summary>The limits of some of the queries.</summary>
    public RowLimits Of(int first, int count) => this with { Offsets = Offsets.IsEmpty ? [] : Offsets.Slice(first, count + 1) };

    /// <summary>The rows that one of the queries may find, ascending.</summary>
    /// <param name="query">Which.</param>
    /// <param name="rows">As long as there are rows; written over.</param>
    public Span<int> AdmittedBy(int query, Span<int> rows)
    {
        int count = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            if (Admits(query, row))
            {
                rows[count++] = row;
            }
        }

        return rows[..count];
    }

    /// <summary>Whether one of the queries may find a row.</summary>
    public bool Admits(int query, int row) => RowSet.Contains(Admitted, row) && ExcludedBy(query).BinarySearch(row) < 0;
}
