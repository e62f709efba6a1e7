using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>The answers of one search, and the memory that searches work in: kept from search to search, so that they allocate nothing.</summary>
/// <remarks>For one thread at a time.</remarks>
/// <typeparam name="TId">What names a candidate.</typeparam>
public sealed class TopKResults<TId>
    where TId : notnull
{
    private float[] _scores = [];
    private int[] _rows = [];
    private TId[] _identifiers = [];
    private int[] _found = [];
    private float[] _queries = [];

    /// <summary>The number of queries that were answered last.</summary>
    public int Queries { get; private set; }

    /// <summary>How many candidates a query could get: k, or fewer where there were fewer.</summary>
    public int K { get; private set; }

    /// <summary>What the filter of the search comes to.</summary>
    internal RowFilter<TId> Filter { get; } = new();

    /// <summary>How many candidates a query got: K, or fewer where a filter left fewer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public int Count(int query) => _found[Checked(query)];

    /// <summary>The scores of a query's answers, best first. Overwritten by the next search.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<float> Scores(int query) => _scores.AsSpan(Checked(query) * K, _found[query]);

    /// <summary>The identifiers of a query's answers, best first. Overwritten by the next search.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<TId> Identifiers(int query) => _identifiers.AsSpan(Checked(query) * K, _found[query]);

    /// <summary>The rows of a query's answers in the index, best first. Overwritten by the next search.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<int> Rows(int query) => _rows.AsSpan(Checked(query) * K, _found[query]);

    /// <summary>Copies the answers: one list for each query, best first.</summary>
    public ScoredCandidate<TId>[][] ToArrays()
    {
        var lists = new ScoredCandidate<TId>[Queries][];
        for (int query = 0; query < lists.Length; query++)
        {
            lists[query] = new ScoredCandidate<TId>[_found[query]];
            for (int i = 0; i < lists[query].Length; i++)
            {
                int at = (query * K) + i;
                lists[query][i] = new ScoredCandidate<TId>(_identifiers[at], _scores[at], _rows[at]);
            }
        }

        return lists;
    }

    /// <summary>Makes room for the answers of a search.</summary>
    internal void Prepare(int queries, int k)
    {
        (Queries, K) = (queries, k);
        Grow(ref _scores, queries * k);
        Grow(ref _rows, queries * k);
        Grow(ref _identifiers, queries * k);
        Grow(ref _found, queries);
    }

    /// <summary>Queries brought to length 1, of several heads each.</summary>
    internal Tensor<float> UnitQueries(Tensor<float> queries)
    {
        Grow(ref _queries, queries.Shape.Length);
        var units = new Tensor<float>(queries.Shape, _queries.AsMemory(0, queries.Shape.Length));
        UnitRows.Write(queries.Span, queries.Shape[queries.Shape.Rank - 1], units.Span);
        return units;
    }

    /// <summary>[count, k]: where the scores of some queries go; NaN after the last.</summary>
    internal Tensor<float> ScoresOf(int first, int count) => new(new Shape(count, K), _scores.AsMemory(first * K, count * K));

    /// <summary>[count, k]: where the rows of some queries go; −1 after the last.</summary>
    internal Span<int> RowsOf(int first, int count) => _rows.AsSpan(first * K, count * K);

    /// <summary>Where the identifiers of a query's answers go.</summary>
    internal Span<TId> IdentifiersOf(int query) => _identifiers.AsSpan(query * K, K);

    /// <summary>Counts what was found and names it.</summary>
    /// <param name="identifiers">Those of all rows; null where what was found has its names.</param>
    internal void Name(IReadOnlyList<TId>? identifiers)
    {
        for (int query = 0; query < Queries; query++)
        {
            Span<int> rows = RowsOf(query, 1);
            int found = rows.IndexOf(-1) is >= 0 and var end ? end : rows.Length;
            for (int i = 0; i < found && identifiers is not null; i++)
            {
                _identifiers[(query * K) + i] = identifiers[rows[i]];
            }

            _found[query] = found;
        }

        if (RuntimeHelpers.IsReferenceOrContainsReferences<TId>())
        {
            // What an earlier, larger search found must not be kept alive.
            _identifiers.AsSpan(Queries * K).Clear();
        }
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(length);
        }
    }

    private int Checked(int query)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(query, Queries);
        return query;
    }
}
