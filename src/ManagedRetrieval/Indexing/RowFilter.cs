using System.Runtime.InteropServices;

namespace ManagedRetrieval.Indexing;

/// <summary>A filter's identifiers and predicate as rows of an index. Its memory is kept from search to search.</summary>
internal sealed class RowFilter<TId>
    where TId : notnull
{
    /// <summary>Rows that a predicate is asked of between two looks at cancellation.</summary>
    private const int AskedAtOnce = 1024;

    /// <summary>Of each query the rows it may not find, or the only ones that it may, one query's after the other's.</summary>
    private readonly List<int> _rows = [];

    private readonly List<int> _offsets = [];
    private readonly List<bool> _only = [];
    private readonly List<int> _scratch = [];
    private int[] _runOffsets = [];
    private ulong[] _words = [];
    private int _count;

    /// <summary>Whether rows are admitted one by one.</summary>
    public bool HasAdmitted { get; private set; }

    /// <summary>How many rows are admitted.</summary>
    public int AdmittedCount { get; private set; }

    /// <summary>A bit for each admitted row; empty for all.</summary>
    public ReadOnlySpan<ulong> Admitted => HasAdmitted ? _words.AsSpan(0, RowSet.Words(_count)) : default;

    /// <summary>Makes rows of a filter.</summary>
    /// <param name="filter">Null for none.</param>
    /// <param name="queries">The number of queries.</param>
    /// <param name="identifiers">Those of the index.</param>
    /// <param name="rows">Where they stand; made when it is asked for.</param>
    /// <param name="alive">A bit for each row that may be found at all; empty for all.</param>
    /// <param name="cancellationToken">Stops asking a predicate.</param>
    /// <exception cref="ArgumentException">Lists are not one for each query, or hold null.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Resolve(
        CandidateFilter<TId>? filter,
        int queries,
        IReadOnlyList<TId> identifiers,
        Lazy<IdentifierRows<TId>> rows,
        ReadOnlySpan<ulong> alive,
        CancellationToken cancellationToken)
    {
        IndexArguments.CheckLists(filter?.Exclusions, queries, "exclusions");
        IndexArguments.CheckLists(filter?.Inclusions, queries, "inclusions");
        _count = identifiers.Count;
        _rows.Clear();
        _offsets.Clear();
        _only.Clear();
        _offsets.Add(0);
        bool all = false;
        for (int query = 0; query < queries; query++)
        {
            int start = _rows.Count;
            IReadOnlyCollection<TId>? excluded = filter?.Exclusions?[query], included = filter?.Inclusions?[query];
            if (included is not null)
            {
                _scratch.Clear();
                rows.Value.Find(included, query, "inclusions", _scratch);
                int found = _scratch.Count;
                if (excluded is not null)
                {
                    rows.Value.Find(excluded, query, "exclusions", _scratch);
                }

                ReadOnlySpan<int> both = CollectionsMarshal.AsSpan(_scratch);
                foreach (int row in both[..found])
                {
                    if (RowSet.Contains(alive, row) && both[found..].BinarySearch(row) < 0 && filter?.Predicate?.Invoke(identifiers[row]) is not false)
                    {
                        _rows.Add(row);
                    }
                }
            }
            else if (excluded is not null)
            {
                rows.Value.Find(excluded, query, "exclusions", _rows);
            }

            _offsets.Add(_rows.Count);
            _only.Add(included is not null);
            all |= included is null;
        }

        Admit(all ? filter?.Predicate : null, identifiers, alive, cancellationToken);
    }

    /// <summary>Whether a query may find only rows of a list.</summary>
    public bool IsList(int query) => _only[query];

    /// <summary>The only rows that such a query may find, ascending.</summary>
    public ReadOnlySpan<int> ListOf(int query) => RowsOf(query);

    /// <summary>The rows that another query may not find, ascending.</summary>
    public ReadOnlySpan<int> ExcludedBy(int query) => RowsOf(query);

    /// <summary>All rows that are admitted, ascending; overwritten by the next call of this or <see cref="Admissible"/>.</summary>
    public ReadOnlySpan<int> ListAdmitted()
    {
        _scratch.Clear();
        RowSet.List(Admitted, _count, [], _scratch);
        return CollectionsMarshal.AsSpan(_scratch);
    }

    /// <summary>The number of rows that a query may find.</summary>
    public int AdmissibleCount(int query)
    {
        if (IsList(query))
        {
            return RowsOf(query).Length;
        }

        int count = AdmittedCount;
        foreach (int row in RowsOf(query))
        {
            count -= RowSet.Contains(Admitted, row) ? 1 : 0;
        }

        return count;
    }

    /// <summary>All rows that a query may find, ascending; overwritten by the next call of this or <see cref="ListAdmitted"/>.</summary>
    public ReadOnlySpan<int> Admissible(int query)
    {
        if (IsList(query))
        {
            return RowsOf(query);
        }

        _scratch.Clear();
        RowSet.List(Admitted, _count, RowsOf(query), _scratch);
        return CollectionsMarshal.AsSpan(_scratch);
    }

    /// <summary>What some queries, none of which has a list, have to keep to; overwritten by the next call.</summary>
    public RowLimits Limits(int first, int count)
    {
        int start = _offsets[first], end = _offsets[first + count];
        if (start == end)
        {
            return new RowLimits { Admitted = Admitted };
        }

        if (_runOffsets.Length < count + 1)
        {
            _runOffsets = new int[count + 1];
        }

        for (int query = 0; query <= count; query++)
        {
            _runOffsets[query] = _offsets[first + query] - start;
        }

        return new RowLimits { Admitted = Admitted, Excluded = CollectionsMarshal.AsSpan(_rows)[start..end], Offsets = _runOffsets.AsSpan(0, count + 1) };
    }

    private ReadOnlySpan<int> RowsOf(int query) => CollectionsMarshal.AsSpan(_rows)[_offsets[query].._offsets[query + 1]];

    private void Admit(Func<TId, bool>? predicate, IReadOnlyList<TId> identifiers, ReadOnlySpan<ulong> alive, CancellationToken cancellationToken)
    {
        HasAdmitted = predicate is not null || !alive.IsEmpty;
        AdmittedCount = _count;
        if (!HasAdmitted)
        {
            return;
        }

        int words = RowSet.Words(_count);
        if (_words.Length < words)
        {
            _words = new ulong[words];
        }

        if (predicate is null)
        {
            alive.CopyTo(_words);
        }
        else
        {
            _words.AsSpan(0, words).Clear();
            for (int row = 0; row < _count; row++)
            {
                if (row % AskedAtOnce == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (RowSet.Contains(alive, row) && predicate(identifiers[row]))
                {
                    _words[row >> 6] |= 1UL << row;
                }
            }
        }

        AdmittedCount = RowSet.Count(Admitted);
    }
}
