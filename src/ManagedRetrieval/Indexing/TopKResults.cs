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

    /// <summary>How many of <see cref="_identifiers"/> may be some.</summary>
    private int _named;

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

    /// <summary>Where the first of two searches answers whose answers are joined here.</summary>
    internal TopKResults<TId> First => field ??= new();

    /// <summary>Where the second one answers.</summary>
    internal TopKResults<TId> Second => field ??= new();

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
        _named = Math.Max(_named, queries * k);
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

        ForgetOthers();
    }

    /// <summary>The answers of a search that found nothing.</summary>
    internal void FindNothing(int queries)
    {
        Prepare(queries, 0);
        _found.AsSpan(0, queries).Clear();
        ForgetOthers();
    }

    /// <summary>Each query's best of <see cref="First"/> and <see cref="Second"/>; among equal scores those of the first come first.</summary>
    /// <param name="k">How many a query can get.</param>
    /// <param name="rowsOfFirst">What the rows of the second are raised by.</param>
    internal void Join(int k, int rowsOfFirst)
    {
        Prepare(First.Queries, k);
        for (int query = 0; query < Queries; query++)
        {
            ReadOnlySpan<float> first = First.Scores(query), second = Second.Scores(query);
            int i = 0, j = 0;
            while (i + j < K && i + j < first.Length + second.Length)
            {
                int at = (query * K) + i + j;
                if (j == second.Length || (i < first.Length && first[i] >= second[j]))
                {
                    (_scores[at], _rows[at], _identifiers[at]) = (first[i], First.Rows(query)[i], First.Identifiers(query)[i]);
                    i++;
                }
                else
                {
                    (_scores[at], _rows[at], _identifiers[at]) = (second[j], rowsOfFirst + Second.Rows(query)[j], Second.Identifiers(query)[j]);
                    j++;
                }
            }

            _found[query] = i + j;
        }

        ForgetOthers();
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = GC.AllocateUninitializedArray<T>(length);
        }
    }

    /// <summary>What an earlier search found, where this one found less, must not be kept alive.</summary>
    private void ForgetOthers()
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<TId>())
        {
            return;
        }

        for (int query = 0; query < Queries; query++)
        {
            IdentifiersOf(query)[_found[query]..].Clear();
        }

        _identifiers.AsSpan((Queries * K).._named).Clear();
        _named = Queries * K;
    }

    private int Checked(int query)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(query, Queries);
        return query;
    }
}
