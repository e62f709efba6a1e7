namespace ManagedRetrieval.Metrics;

/// <summary>Retrieval metrics from stored ranks: any k, any tie policy, without another pass over the corpus.</summary>
public static class RankMetrics
{
    /// <summary>The weighted share of queries whose positive is among the first <paramref name="k"/> candidates.</summary>
    /// <remarks>
    /// Optimistic counts Above &lt; k, pessimistic Above + Tied &lt; k; expected adds min(1, max(0, (k - Above) / (Tied + 1))),
    /// the share of the orders of the tied block that place the positive within the first k.
    /// </remarks>
    /// <param name="ranks">One entry per query.</param>
    /// <param name="k">How many candidates are shown; at least 1.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <returns>A share from 0 to 1.</returns>
    /// <exception cref="ArgumentException">There are no queries, or the weights or a rank do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1, or the policy is unknown.</exception>
    public static double TopKAccuracy(
        ReadOnlySpan<RankCounts> ranks,
        int k,
        TiePolicy policy = TiePolicy.Expected,
        ReadOnlySpan<float> sampleWeight = default)
    {
        if (k < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, $"k is {k}; expected at least 1.");
        }

        return WeightedMean(ranks, new WithinTopK(k), policy, sampleWeight);
    }

    /// <summary>The weighted mean over queries of 1 / (the place of the positive, counted from 1).</summary>
    /// <remarks>
    /// Optimistic takes place Above + 1, pessimistic Above + Tied + 1; expected takes the mean of 1/place over the whole
    /// tied block, (H(Above + Tied + 1) - H(Above)) / (Tied + 1) with H the harmonic numbers.
    /// </remarks>
    /// <param name="ranks">One entry per query.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <returns>A number above 0, at most 1.</returns>
    /// <exception cref="ArgumentException">There are no queries, or the weights or a rank do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is unknown.</exception>
    public static double MeanReciprocalRank(
        ReadOnlySpan<RankCounts> ranks,
        TiePolicy policy = TiePolicy.Expected,
        ReadOnlySpan<float> sampleWeight = default) =>
        WeightedMean(ranks, default(ReciprocalRank), policy, sampleWeight);

    /// <summary>As for counts, of queries with one positive each.</summary>
    /// <exception cref="ArgumentException">A query has another number of positives than one, or as for counts.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1, or the policy is unknown.</exception>
    public static double TopKAccuracy(QueryRanks ranks, int k, TiePolicy policy = TiePolicy.Expected, ReadOnlySpan<float> sampleWeight = default) =>
        TopKAccuracy(Counts(ranks), k, policy, sampleWeight);

    /// <summary>As for counts, of queries with one positive each.</summary>
    /// <exception cref="ArgumentException">A query has another number of positives than one, or as for counts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is unknown.</exception>
    public static double MeanReciprocalRank(QueryRanks ranks, TiePolicy policy = TiePolicy.Expected, ReadOnlySpan<float> sampleWeight = default) =>
        MeanReciprocalRank(Counts(ranks), policy, sampleWeight);

    private static RankCounts[] Counts(QueryRanks ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        var counts = new RankCounts[ranks.Count];
        for (int query = 0; query < counts.Length; query++)
        {
            counts[query] = ranks[query] is [{ Positives: 1 } block]
                ? new RankCounts(block.Above, block.Others)
                : throw new ArgumentException($"ranks must have one positive for each query, but query {query} has another number.", nameof(ranks));
        }

        return counts;
    }

    /// <summary>What a query gains when its positive stands within a block of equally likely places.</summary>
    private interface IGain
    {
        /// <summary>The mean gain over places above + 1 to above + block.</summary>
        double Mean(long above, long block);
    }

    private readonly struct WithinTopK(int k) : IGain
    {
        public double Mean(long above, long block) => Math.Clamp((k - above) / (double)block, 0, 1);
    }

    private readonly struct ReciprocalRank : IGain
    {
        public double Mean(long above, long block) => HarmonicSum.Of(above, block) / block;
    }

    private static double WeightedMean<TGain>(
        ReadOnlySpan<RankCounts> ranks,
        TGain gain,
        TiePolicy policy,
        ReadOnlySpan<float> sampleWeight)
        where TGain : struct, IGain
    {
        Check(ranks, policy, sampleWeight);
        double gained = 0;
        double total = 0;
        for (int query = 0; query < ranks.Length; query++)
        {
            double weight = sampleWeight.IsEmpty ? 1 : sampleWeight[query];
            long above = ranks[query].Above;
            long tied = ranks[query].Tied;
            gained += weight * policy switch
            {
                TiePolicy.Optimistic => gain.Mean(above, 1),
                TiePolicy.Pessimistic => gain.Mean(above + tied, 1),
                _ => gain.Mean(above, tied + 1),
            };
            total += weight;
        }

        return gained / total;
    }

    private static void Check(ReadOnlySpan<RankCounts> ranks, TiePolicy policy, ReadOnlySpan<float> sampleWeight)
    {
        if (ranks.IsEmpty)
        {
            throw new ArgumentException("ranks has no queries; expected at least one.", nameof(ranks));
        }

        for (int query = 0; query < ranks.Length; query++)
        {
            if (ranks[query].Above < 0 || ranks[query].Tied < 0)
            {
                throw new ArgumentException($"ranks[{query}] is {ranks[query]}; expected counts of at least 0.", nameof(ranks));
            }
        }

        if (policy is not (TiePolicy.Expected or TiePolicy.Optimistic or TiePolicy.Pessimistic))
        {
            throw new ArgumentOutOfRangeException(
                nameof(policy), policy, $"policy is {policy}; expected Expected, Optimistic or Pessimistic.");
        }

        CheckWeights(sampleWeight, ranks.Length);
    }

    private static void CheckWeights(ReadOnlySpan<float> sampleWeight, int queries)
    {
        if (sampleWeight.IsEmpty)
        {
            return;
        }

        if (sampleWeight.Length != queries)
        {
            throw new ArgumentException(
                $"sampleWeight has {sampleWeight.Length} entries; expected one per query, {queries}.", nameof(sampleWeight));
        }

        bool any = false;
        for (int query = 0; query < sampleWeight.Length; query++)
        {
            float weight = sampleWeight[query];
            if (!float.IsFinite(weight) || weight < 0)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"sampleWeight[{query}] is {weight}; expected a finite number of at least 0."),
                    nameof(sampleWeight));
            }

            any |= weight > 0;
        }

        if (!any)
        {
            throw new ArgumentException("sampleWeight is 0 for every query; expected a weight above 0.", nameof(sampleWeight));
        }
    }
}
