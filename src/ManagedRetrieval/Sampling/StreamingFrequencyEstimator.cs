using ManagedRetrieval.Checks;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Sampling;

/// <summary>Estimates with which probability each candidate is drawn, from a stream of candidates that may change and has no end.</summary>
/// <remarks>
/// <para>
/// Yi et al., Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, RecSys 2019, Algorithm 2 and
/// its form with several hash functions. A bucket keeps the position A of its last draw and the mean interval B between
/// its draws. Draw number t of an id, n-th update of its bucket: B ← B + max(α, 1/n) · (t − A − B); A ← t. The probability
/// is 1 / B. Ids that share a bucket shorten its intervals, so the longest B over the hash functions counts.
/// </para>
/// <para>
/// Differences from the paper: time counts draws, not batches, so that the probability is per draw and may exceed one over
/// the batch size. The first updates make a running mean, and the first interval counts from the stream's start; that
/// interval's mean is right, so no start value biases an estimate. An id of which one bucket was never drawn was never
/// seen itself and gets 1 / (draws + 1). An id that no longer comes keeps its last estimate, as in the paper.
/// </para>
/// <para>
/// Ids that are equal as numbers are the same id, whether <see cref="int"/> or <see cref="long"/>. The same stream gives
/// the same estimates in every process and on every machine. One writer at a time; any number of readers between writes.
/// </para>
/// </remarks>
public sealed partial class StreamingFrequencyEstimator
{
    // [Hashes, Buckets], row by row.
    private readonly long[] _last;
    private readonly double[] _intervals;
    private readonly int[] _updates;

    /// <summary>An estimator that has seen nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public StreamingFrequencyEstimator(StreamingFrequencyOptions? options = null)
    {
        Options = options ?? new StreamingFrequencyOptions();
        Options.Check();
        int length = Options.Buckets * Options.Hashes;
        (_last, _intervals, _updates) = (new long[length], new double[length], new int[length]);
    }

    private StreamingFrequencyEstimator(StreamingFrequencyOptions options, long draws, long[] last, double[] intervals, int[] updates) =>
        (Options, Draws, _last, _intervals, _updates) = (options, draws, last, intervals, updates);

    /// <summary>How it counts.</summary>
    public StreamingFrequencyOptions Options { get; }

    /// <summary>The number of candidates observed.</summary>
    public long Draws { get; private set; }

    /// <summary>Counts one draw.</summary>
    public void Observe(int id) => Count(id);

    /// <summary>Counts one draw.</summary>
    public void Observe(long id) => Count(id);

    /// <summary>Counts the candidates of a batch, one draw each, in their order.</summary>
    /// <exception cref="ArgumentException">An id is null; nothing is counted then.</exception>
    public void Observe(CandidateIds ids)
    {
        ids.ThrowIfNull(nameof(ids));
        for (int i = 0; i < ids.Count; i++)
        {
            Count(Key(ids, i));
        }
    }

    /// <summary>The probability, per draw, of each id.</summary>
    /// <param name="ids">Any ids, seen or not.</param>
    /// <param name="probabilities">One for each, in (0, 1].</param>
    /// <exception cref="ArgumentException">The lengths differ, or an id is null.</exception>
    public void Estimate(CandidateIds ids, Span<float> probabilities)
    {
        ids.ThrowIfNull(nameof(ids));
        Argument.OneForEach(nameof(probabilities), probabilities.Length, ids.Count, "ids");

        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = (float)(1 / LongestInterval(Key(ids, i)));
        }
    }

    private long Key(CandidateIds ids, int index) =>
        !ids.Ints.IsEmpty ? ids.Ints[index]
        : !ids.Longs.IsEmpty ? ids.Longs[index]
        : (long)StableHash.Of(ids.Strings[index], Options.Seed);

    private int Bucket(long key, int hash) =>
        (hash * Options.Buckets) + StableHash.Bucket(StableHash.Of(key, unchecked(Options.Seed + (ulong)hash)), Options.Buckets);

    private void Count(long key)
    {
        Draws++;
        for (int hash = 0; hash < Options.Hashes; hash++)
        {
            int bucket = Bucket(key, hash);
            int updates = _updates[bucket] == int.MaxValue ? int.MaxValue : ++_updates[bucket];
            double step = Math.Max(Options.LearningRate, 1.0 / updates);
            _intervals[bucket] += step * (Draws - _last[bucket] - _intervals[bucket]);
            _last[bucket] = Draws;
        }
    }

    private double LongestInterval(long key)
    {
        double longest = 1;
        for (int hash = 0; hash < Options.Hashes; hash++)
        {
            int bucket = Bucket(key, hash);
            if (_updates[bucket] == 0)
            {
                return Draws + 1.0;
            }

            longest = Math.Max(longest, _intervals[bucket]);
        }

        return longest;
    }
}
