using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Metrics;

/// <summary>Exact ranks of the positives of many queries, as one pass over a corpus counted them. Every ranking metric follows from them.</summary>
/// <remarks>Immutable. Made by <see cref="FactorizedTopK"/>, from a batch's logits, or from counts of another source.</remarks>
public sealed partial class QueryRanks
{
    private readonly RankBlock[] _blocks;
    private readonly int[] _offsets;
    private readonly int[] _negatives;

    /// <summary>Takes over arrays that must not be changed afterwards.</summary>
    /// <param name="blocks">The blocks of all queries, one query after the other, each query's by ascending <see cref="RankBlock.Above"/>.</param>
    /// <param name="offsets">Where each query's blocks start, then the number of all.</param>
    /// <param name="negatives">For each query the candidates that compete with its positives.</param>
    /// <param name="counts">What the pass met besides.</param>
    internal QueryRanks(RankBlock[] blocks, int[] offsets, int[] negatives, RankingCounts counts) =>
        (_blocks, _offsets, _negatives, Counts) = (blocks, offsets, negatives, counts);

    /// <summary>Ranks of one positive per query that were counted elsewhere.</summary>
    /// <param name="ranks">One entry per query.</param>
    /// <param name="candidates">The number of candidates that were ranked, the positive among them.</param>
    /// <exception cref="ArgumentException">A count is negative, or there are more competitors than candidates.</exception>
    public QueryRanks(ReadOnlySpan<RankCounts> ranks, int candidates)
    {
        _blocks = new RankBlock[ranks.Length];
        _offsets = new int[ranks.Length + 1];
        _negatives = new int[ranks.Length];
        int tied = 0;
        for (int query = 0; query < ranks.Length; query++)
        {
            RankCounts rank = ranks[query];
            if (rank.Above < 0 || rank.Tied < 0 || (long)rank.Above + rank.Tied >= candidates)
            {
                throw new ArgumentException($"ranks[{query}] is {rank}; expected counts of at least 0, fewer than the {candidates} candidates together.", nameof(ranks));
            }

            _blocks[query] = new RankBlock(rank.Above, rank.Tied, 1, 0);
            _offsets[query + 1] = query + 1;
            _negatives[query] = candidates - 1;
            tied += rank.Tied > 0 ? 1 : 0;
        }

        Counts = new RankingCounts(0, tied, 0, 0);
    }

    /// <summary>The number of queries.</summary>
    public int Count => _negatives.Length;

    /// <summary>What the pass met besides the ranks.</summary>
    public RankingCounts Counts { get; }

    /// <summary>The blocks of one query's positives, best first; empty for a query without positives.</summary>
    public ReadOnlySpan<RankBlock> this[int query] => _blocks.AsSpan(_offsets[query].._offsets[query + 1]);

    /// <summary>The number of candidates that compete with one query's positives: no positives, not excluded, with a score that is a number.</summary>
    public int Negatives(int query) => _negatives[query];

    /// <summary>The number of one query's positives.</summary>
    public int Positives(int query) => RankBlock.PositivesOf(this[query]);

    /// <summary>The ranks of some of the queries, in the given order; a query may be named more than once.</summary>
    /// <remarks><see cref="Counts"/> stay those of the whole pass: they cannot be told apart by query.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public QueryRanks Slice(ReadOnlySpan<int> queries)
    {
        int[] offsets = new int[queries.Length + 1];
        int[] negatives = new int[queries.Length];
        for (int i = 0; i < queries.Length; i++)
        {
            if ((uint)queries[i] >= (uint)Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(queries), FormattableString.Invariant($"queries[{i}] is {queries[i]}; expected one of the {Count} queries, from 0."));
            }

            negatives[i] = Negatives(queries[i]);
            offsets[i + 1] = checked(offsets[i] + this[queries[i]].Length);
        }

        var blocks = new RankBlock[offsets[^1]];
        for (int i = 0; i < queries.Length; i++)
        {
            this[queries[i]].CopyTo(blocks.AsSpan(offsets[i]));
        }

        return new QueryRanks(blocks, offsets, negatives, Counts);
    }

    /// <summary>The ranks of several passes, such as those of an epoch's batches, one after the other; their counts are added.</summary>
    /// <exception cref="ArgumentException"><paramref name="parts"/> holds null.</exception>
    public static QueryRanks Concat(IReadOnlyList<QueryRanks> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        (int queries, int length) = (0, 0);
        for (int part = 0; part < parts.Count; part++)
        {
            if (parts[part] is null)
            {
                throw Argument.HoldsNull(nameof(parts), part);
            }

            queries = checked(queries + parts[part].Count);
            length = checked(length + parts[part]._offsets[^1]);
        }

        var blocks = new RankBlock[length];
        int[] offsets = new int[queries + 1];
        int[] negatives = new int[queries];
        var counts = default(RankingCounts);
        (queries, length) = (0, 0);
        foreach (QueryRanks part in parts)
        {
            part._blocks.AsSpan(0, part._offsets[^1]).CopyTo(blocks.AsSpan(length));
            part._negatives.CopyTo(negatives, queries);
            for (int query = 0; query < part.Count; query++)
            {
                offsets[queries + query + 1] = length + part._offsets[query + 1];
            }

            queries += part.Count;
            length += part._offsets[^1];
            counts = counts.Plus(part.Counts);
        }

        return new QueryRanks(blocks, offsets, negatives, counts);
    }
}
