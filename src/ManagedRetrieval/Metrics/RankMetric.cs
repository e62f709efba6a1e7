using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Metrics;

/// <summary>One figure from the ranks of many queries: any k, any tie policy, without another pass over the corpus.</summary>
/// <remarks>
/// <para>
/// Each query has a value; the figure is their weighted mean Σ w·v / Σ w (for <see cref="MedianRank"/> the weighted median).
/// A query that has no value (it has no positives; for <see cref="Auc"/> also: no negatives) is left out. Where nothing is
/// left the figure is NaN: not computed, never 0.
/// </para>
/// <para>
/// Notation below: R positives of a query; a place counts from 1; a block is R' positives and m others with one score, in
/// the t = R' + m places after a. Under <see cref="TiePolicy.Expected"/> a value is the exact mean over all orders of every
/// block; under the other policies a block's positives take its first or its last R' places. Immutable; for any thread.
/// </para>
/// </remarks>
public abstract class RankMetric
{
    private protected RankMetric(string name) => Name = name;

    /// <summary>What the figure is called in reports, such as <c>ndcg_at_10</c>.</summary>
    public string Name { get; }

    /// <summary>1 / (the place of the first positive), "mrr".</summary>
    public static RankMetric ReciprocalRank { get; } = new ReciprocalRankMetric();

    /// <summary>The mean over queries of the mean place of a query's positives, "mean_rank".</summary>
    public static RankMetric MeanRank { get; } = new MeanRankMetric();

    /// <summary>The weighted median over queries of the mean place of a query's positives, "median_rank".</summary>
    /// <remarks>The value at which half the weight is reached; the mean of two neighbours where it is reached exactly between them.</remarks>
    public static RankMetric MedianRank { get; } = new MedianRankMetric();

    /// <summary>The share of pairs of a positive and a negative in which the positive stands above, "auc".</summary>
    /// <remarks>
    /// A tied pair counts half under Expected, 1 under Optimistic, 0 under Pessimistic. Negatives whose score is NaN are no
    /// pair; a positive whose score is NaN loses all of its pairs. The mean is taken over queries, not over pairs.
    /// </remarks>
    public static RankMetric Auc { get; } = new AucMetric();

    /// <summary>Whether a positive is among the first k, "top_{k}_categorical_accuracy".</summary>
    /// <remarks>Expected, where the k-th place cuts the first positives' block: 1 − C(m, k−a) / C(t, k−a), hypergeometric.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static RankMetric TopKAccuracy(int k) => new TopKAccuracyMetric(Named(k, "top_", "_categorical_accuracy"), k);

    /// <summary>Positives among the first k, divided by R, "recall_at_{k}".</summary>
    /// <param name="k">How many candidates are shown; at least 1.</param>
    /// <param name="cappedByK">Divides by min(k, R) instead, so that 1 can be reached for every k; "recall_at_{k}_capped".</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static RankMetric Recall(int k, bool cappedByK = false) => new RecallMetric(Named(k, "recall_at_", cappedByK ? "_capped" : ""), k, cappedByK);

    /// <summary>Positives among the first k, divided by k even where there are fewer candidates, "precision_at_{k}".</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static RankMetric Precision(int k) => new PrecisionMetric(Named(k, "precision_at_"), k);

    /// <summary>Normalised discounted cumulative gain, "ndcg_at_{k}".</summary>
    /// <remarks>Σ of 1 / log2(1 + place) over the positives among the first k, divided by that sum over the places 1 to min(k, R) (Järvelin and Kekäläinen, 2002; gains 0 and 1).</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static RankMetric Ndcg(int k) => new NdcgMetric(Named(k, "ndcg_at_"), k);

    /// <summary>Mean average precision, "map_at_{k}".</summary>
    /// <remarks>Σ over the positives among the first k of (positives at its place or above) / place, divided by min(k, R).</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static RankMetric MeanAveragePrecision(int k) => new AveragePrecisionMetric(Named(k, "map_at_"), k);

    /// <summary>The figure over all queries.</summary>
    /// <param name="ranks">The queries' ranks.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <returns>The figure, or NaN where no query with a weight above 0 has a value.</returns>
    /// <exception cref="ArgumentException">The weights do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is unknown.</exception>
    public double Of(QueryRanks ranks, TiePolicy policy = TiePolicy.Expected, ReadOnlySpan<float> sampleWeight = default)
    {
        Check(ranks, policy, sampleWeight);
        using var values = new Scratch<double>(ranks.Count);
        using var weights = new Scratch<double>(ranks.Count);
        int counted = Collect(ranks, policy, sampleWeight, values.Span, weights.Span);
        return Summarise(values.Span[..counted], weights.Span[..counted]);
    }

    /// <summary>Each query's value; NaN for a query that has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The policy is unknown.</exception>
    public double[] PerQuery(QueryRanks ranks, TiePolicy policy = TiePolicy.Expected)
    {
        Check(ranks, policy, default);
        double[] values = new double[ranks.Count];
        for (int query = 0; query < values.Length; query++)
        {
            values[query] = ValueOf(ranks, query, policy);
        }

        return values;
    }

    /// <summary>Name of the metric.</summary>
    public override string ToString() => Name;

    /// <summary>One query's value.</summary>
    /// <param name="blocks">At least one, best first.</param>
    /// <param name="negatives">How many candidates compete with the positives.</param>
    /// <param name="policy">One of the three.</param>
    internal abstract double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy);

    /// <summary>The figure of some values, each with a weight of at least 0; NaN where the weights are all 0.</summary>
    /// <param name="values">Ascending where <see cref="NeedsOrder"/> says so.</param>
    /// <param name="weights">One per value.</param>
    internal virtual double Summary(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        double gained = 0;
        double total = 0;
        for (int i = 0; i < values.Length; i++)
        {
            gained += weights[i] * values[i];
            total += weights[i];
        }

        return gained / total;
    }

    /// <summary>Whether <see cref="Summary"/> wants ascending values.</summary>
    internal virtual bool NeedsOrder => false;

    /// <summary>The figure of values in any order, which are sorted in place where need be.</summary>
    internal double Summarise(Span<double> values, Span<double> weights)
    {
        if (NeedsOrder)
        {
            values.Sort(weights);
        }

        return Summary(values, weights);
    }

    /// <summary>Gathers the values and weights of the queries that count: with a value, and a weight above 0.</summary>
    /// <returns>Their number.</returns>
    internal int Collect(QueryRanks ranks, TiePolicy policy, ReadOnlySpan<float> sampleWeight, Span<double> values, Span<double> weights)
    {
        int counted = 0;
        for (int query = 0; query < ranks.Count; query++)
        {
            double weight = sampleWeight.IsEmpty ? 1 : sampleWeight[query];
            double value = ValueOf(ranks, query, policy);
            if (weight > 0 && !double.IsNaN(value))
            {
                (values[counted], weights[counted]) = (value, weight);
                counted++;
            }
        }

        return counted;
    }

    /// <summary>Refuses what does not fit the ranks.</summary>
    internal static void Check(QueryRanks ranks, TiePolicy policy, ReadOnlySpan<float> sampleWeight)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (policy is not (TiePolicy.Expected or TiePolicy.Optimistic or TiePolicy.Pessimistic))
        {
            throw new ArgumentOutOfRangeException(nameof(policy), policy, $"policy is {policy}; expected Expected, Optimistic or Pessimistic.");
        }

        if (!sampleWeight.IsEmpty)
        {
            SampleWeights.Check(nameof(sampleWeight), sampleWeight, ranks.Count);
            SampleWeights.CheckAny(nameof(sampleWeight), sampleWeight);
        }
    }

    private double ValueOf(QueryRanks ranks, int query, TiePolicy policy) =>
        ranks[query].IsEmpty ? double.NaN : Value(ranks[query], ranks.Negatives(query), policy);

    private static string Named(int k, string before, string after = "")
    {
        if (k < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, FormattableString.Invariant($"k is {k}; expected at least 1."));
        }

        return FormattableString.Invariant($"{before}{k}{after}");
    }
}
