using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Features;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Data;

/// <summary>Pairs to learn from, encoded once: each a query and the row of its candidate in a corpus.</summary>
public sealed class RetrievalDataset
{
    private RetrievalDataset(EncodedBatch queries, FeatureSignature queryFeatures, EncodedBatch candidates, FeatureSignature candidateFeatures, int[] positives, float[] weights, KnownPairs? known, RaggedIds? negatives) =>
        (Queries, QueryFeatures, Candidates, CandidateFeatures, Positives, Weights, Known, Negatives) = (queries, queryFeatures, candidates, candidateFeatures, positives, weights, known, negatives);

    /// <summary>The number of pairs.</summary>
    public int Count => Positives.Length;

    /// <summary>Each pair's query.</summary>
    internal EncodedBatch Queries { get; }

    /// <summary>The candidates of the corpus.</summary>
    internal EncodedBatch Candidates { get; }

    /// <summary>The features that the queries were encoded with.</summary>
    internal FeatureSignature QueryFeatures { get; }

    /// <summary>The features that the candidates were encoded with.</summary>
    internal FeatureSignature CandidateFeatures { get; }

    /// <summary>The corpus row of each pair's candidate.</summary>
    internal int[] Positives { get; }

    /// <summary>The weight of each pair; empty where all weigh 1.</summary>
    internal float[] Weights { get; }

    /// <summary>What is known of each pair's group; null where pairs have none.</summary>
    internal KnownPairs? Known { get; }

    /// <summary>For each pair corpus rows that are wrong for its query; null where none are known.</summary>
    internal RaggedIds? Negatives { get; }

    /// <summary>Encodes pairs with a model's features.</summary>
    /// <param name="model">Its features turn inputs into ids; its parameters are not read.</param>
    /// <param name="queries">One for each pair.</param>
    /// <param name="corpus">The candidates.</param>
    /// <param name="positives">For each pair the row of its candidate in <paramref name="corpus"/>.</param>
    /// <param name="weights">For each pair its weight, finite, not negative, not 0 for every pair and with a finite sum; empty for 1.</param>
    /// <param name="groups">
    /// For each pair a number that it shares with pairs of the same origin, such as that of its user: what a group has as
    /// candidates is never a negative of its pairs. Not negative. Empty where only a pair's own candidate is known.
    /// </param>
    /// <param name="negatives">
    /// For each pair corpus rows that are known to be wrong for its query: in its step they are further candidates, and
    /// negatives of the other pairs too. Null for none. Shared, not copied: it must not change.
    /// </param>
    /// <param name="cancellationToken">Stops between inputs.</param>
    /// <exception cref="ArgumentException">The lengths differ, there are no pairs, a row, weight or group is outside its range, or every weight is 0.</exception>
    public static RetrievalDataset Encode<TQuery, TCandidate>(
        TwoTowerModel<TQuery, TCandidate> model,
        IReadOnlyList<TQuery> queries,
        IReadOnlyList<TCandidate> corpus,
        ReadOnlySpan<int> positives,
        ReadOnlySpan<float> weights = default,
        ReadOnlySpan<int> groups = default,
        RaggedIds? negatives = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(corpus);
        Check(queries.Count, corpus.Count, positives, weights);
        Check(negatives, queries.Count, corpus.Count);
        KnownPairs? known = groups.IsEmpty ? null : KnownPairs.Of(groups, positives);
        return new RetrievalDataset(
            EncodeAll(model.QueryFeatures, queries, nameof(queries), cancellationToken),
            model.QueryFeatures.Signature,
            EncodeAll(model.CandidateFeatures, corpus, nameof(corpus), cancellationToken),
            model.CandidateFeatures.Signature,
            positives.ToArray(),
            weights.ToArray(),
            known,
            negatives);
    }

    /// <summary>
    /// For each candidate of the corpus its relative frequency among the pairs: the probability with which it comes into
    /// a batch, per draw. Candidates without a pair, which never do, get 0.
    /// </summary>
    public float[] CandidateFrequencies()
    {
        long[] counts = new long[Candidates.Count];
        foreach (int positive in Positives)
        {
            counts[positive]++;
        }

        return SamplingProbability.FromCounts(counts);
    }

    private static EncodedBatch EncodeAll<TInput>(
        FeatureSet<TInput> features, IReadOnlyList<TInput> inputs, string argument, CancellationToken cancellationToken)
    {
        EncodedBatch batch = features.NewBatch();
        features.Encode(inputs, 0, inputs.Count, batch, argument, cancellationToken);
        return batch;
    }

    private static void Check(RaggedIds? negatives, int pairs, int corpus)
    {
        if (negatives is null)
        {
            return;
        }

        if (negatives.Count != pairs)
        {
            throw new ArgumentException($"negatives must have a row for each of the {pairs} pairs, not {negatives.Count}.", nameof(negatives));
        }

        foreach (int row in negatives.Ids.Span)
        {
            if (row >= corpus)
            {
                throw new ArgumentException($"negatives must be rows of the corpus, 0 to {corpus - 1}, but one is {row}.", nameof(negatives));
            }
        }
    }

    private static void Check(int queries, int corpus, ReadOnlySpan<int> positives, ReadOnlySpan<float> weights)
    {
        if (queries == 0)
        {
            throw new ArgumentException("There must be at least one pair, but queries is empty.", nameof(queries));
        }

        Argument.OneForEach(nameof(positives), positives.Length, queries, "queries");

        if (!weights.IsEmpty)
        {
            SampleWeights.Check(nameof(weights), weights, queries, "pairs");
            SampleWeights.CheckAny(nameof(weights), weights, "pair");
            if (!float.IsFinite(RowReduce.Sum(weights)))
            {
                throw new ArgumentException("weights must have a finite sum, but it overflows.", nameof(weights));
            }
        }

        for (int i = 0; i < positives.Length; i++)
        {
            if ((uint)positives[i] >= (uint)corpus)
            {
                throw new ArgumentException($"positives must be rows of the corpus, 0 to {corpus - 1}, but number {i} is {positives[i]}.", nameof(positives));
            }
        }
    }
}
