namespace ManagedRetrieval.Metrics;

/// <summary>Exact ranks of the positives of many queries, as one pass over a corpus counted them. Every ranking metric follows from them.</summary>
/// <remarks>Immutable. Made by <see cref="FactorizedTopK"/>, from a batch's logits, or from counts of another source.</remarks>
public sealed class QueryRanks
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

    /// <summary>The queries of several ranks, one after the other; their counts are added.</summary>
    public static QueryRanks Concat(IReadOnlyList<QueryRanks> ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        var blocks = new List<RankBlock>();
        var offsets = new List<int> { 0 };
        var negatives = new List<int>();
        RankingCounts counts = default;
        foreach (QueryRanks part in ranks)
        {
            for (int query = 0; query < part.Count; query++)
            {
                blocks.AddRange(part[query]);
                offsets.Add(blocks.Count);
                negatives.Add(part.Negatives(query));
            }

            counts = new RankingCounts(
                counts.ScoredPairs + part.Counts.ScoredPairs,
                counts.TiedPositives + part.Counts.TiedPositives,
                counts.NaNPositives + part.Counts.NaNPositives,
                counts.NaNCompetitors + part.Counts.NaNCompetitors);
        }

        return new QueryRanks([.. blocks], [.. offsets], [.. negatives], counts);
    }

    /// <summary>The blocks of one query's positives, best first; empty for a query without positives.</summary>
    public ReadOnlySpan<RankBlock> this[int query] => _blocks.AsSpan(_offsets[query].._offsets[query + 1]);

    /// <summary>The number of candidates that compete with one query's positives: no positives, not excluded, with a score that is a number.</summary>
    public int Negatives(int query) => _negatives[query];
}
