namespace ManagedRetrieval.Features;

/// <summary>Builds vocabularies from data.</summary>
public static class Vocabulary
{
    /// <summary>
    /// The vocabulary of the keys seen at least <paramref name="minimumCount"/> times, the most frequent first, equally
    /// frequent ones in ordinal or numeric order: the same for the same keys in any order.
    /// </summary>
    /// <param name="keys">The keys, each as often as it was seen.</param>
    /// <param name="outOfVocabularyBuckets">Indices shared by the unknown keys; 0 makes an unknown key an error.</param>
    /// <param name="minimumCount">How often a key must be seen to be kept.</param>
    /// <param name="seed">Decides which unknown key goes to which bucket.</param>
    /// <exception cref="ArgumentException">A key is null, or the vocabulary would have no index at all.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="outOfVocabularyBuckets"/> is negative or <paramref name="minimumCount"/> is not positive.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="TKey"/> is not string, int or long.</exception>
    public static Vocabulary<TKey> Fit<TKey>(
        IEnumerable<TKey> keys, int outOfVocabularyBuckets = 1, int minimumCount = 1, ulong seed = 0)
        where TKey : notnull, IEquatable<TKey>
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(outOfVocabularyBuckets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minimumCount);
        var counts = new Dictionary<TKey, long>();
        foreach (TKey key in keys)
        {
            if (key is null)
            {
                throw new ArgumentException("A key is null.", nameof(keys));
            }

            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        var kept = new List<KeyValuePair<TKey, long>>(counts.Count);
        foreach (KeyValuePair<TKey, long> entry in counts)
        {
            if (entry.Value >= minimumCount)
            {
                kept.Add(entry);
            }
        }

        VocabularyKeys<TKey> policy = VocabularyKeys.For<TKey>();
        kept.Sort((x, y) => x.Value != y.Value ? y.Value.CompareTo(x.Value) : policy.Compare(x.Key, y.Key));
        return new Vocabulary<TKey>(kept.ConvertAll(entry => entry.Key), outOfVocabularyBuckets, seed);
    }
}

/// <summary>Indices for keys: first the out-of-vocabulary buckets, then the known keys in their order.</summary>
/// <remarks>
/// With B buckets and K keys, an unknown key has the index <c>StableHash.Bucket(StableHash.Of(key, seed), B)</c> in
/// [0, B) and the k-th known key the index B + k. Immutable.
/// </remarks>
/// <typeparam name="TKey">string, int or long; strings are compared by code units.</typeparam>
public sealed class Vocabulary<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    private readonly VocabularyKeys<TKey> _policy = VocabularyKeys.For<TKey>();
    private readonly Dictionary<TKey, int> _indices;

    /// <summary>A vocabulary of <paramref name="keys"/> in the order given.</summary>
    /// <param name="keys">The known keys, without duplicates.</param>
    /// <param name="outOfVocabularyBuckets">Indices shared by the unknown keys; 0 makes an unknown key an error.</param>
    /// <param name="seed">Decides which unknown key goes to which bucket.</param>
    /// <exception cref="ArgumentException">
    /// A key is null or comes twice, or there is neither a key nor a bucket, or there are more of both together than an
    /// int can count.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="outOfVocabularyBuckets"/> is negative.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="TKey"/> is not string, int or long.</exception>
    public Vocabulary(IReadOnlyList<TKey> keys, int outOfVocabularyBuckets, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(outOfVocabularyBuckets);
        long count = (long)outOfVocabularyBuckets + keys.Count;
        if (count is 0 or > int.MaxValue)
        {
            throw new ArgumentException(
                $"{keys.Count} keys and {outOfVocabularyBuckets} buckets make {count} indices, expected 1 to {int.MaxValue}.",
                nameof(keys));
        }

        TKey[] copy = [.. keys];
        _indices = new Dictionary<TKey, int>(copy.Length);
        for (int i = 0; i < copy.Length; i++)
        {
            if (copy[i] is null)
            {
                throw new ArgumentException($"Key {i} is null.", nameof(keys));
            }

            int index = outOfVocabularyBuckets + i;
            if (!_indices.TryAdd(copy[i], index))
            {
                int first = _indices[copy[i]] - outOfVocabularyBuckets;
                throw new ArgumentException($"Key {i}, {Quote(copy[i])}, is already key {first}.", nameof(keys));
            }
        }

        Keys = Array.AsReadOnly(copy);
        OutOfVocabularyBuckets = outOfVocabularyBuckets;
        Seed = seed;
    }

    /// <summary>The number of indices: buckets and known keys.</summary>
    public int Count => OutOfVocabularyBuckets + Keys.Count;

    /// <summary>The number of indices, from 0 up, that unknown keys share.</summary>
    public int OutOfVocabularyBuckets { get; }

    /// <summary>Decides which unknown key goes to which bucket.</summary>
    public ulong Seed { get; }

    /// <summary>The known keys; key k has the index <see cref="OutOfVocabularyBuckets"/> + k.</summary>
    public IReadOnlyList<TKey> Keys { get; }

    /// <summary>Whether <paramref name="key"/> has an index of its own.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool Contains(TKey key) => _indices.ContainsKey(key);

    /// <summary>The index of <paramref name="key"/> in [0, <see cref="Count"/>).</summary>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="KeyNotFoundException">The key is unknown and there are no out-of-vocabulary buckets.</exception>
    public int IndexOf(TKey key)
    {
        if (_indices.TryGetValue(key, out int index))
        {
            return index;
        }

        if (OutOfVocabularyBuckets == 0)
        {
            throw new KeyNotFoundException(
                $"The key {Quote(key)} is not in the vocabulary, which has no out-of-vocabulary buckets.");
        }

        return StableHash.Bucket(_policy.Hash(key, Seed), OutOfVocabularyBuckets);
    }

    /// <summary>The index of a known key; an unknown one has none here, whatever buckets there are.</summary>
    internal bool TryGetKnown(TKey key, out int index) => _indices.TryGetValue(key, out index);

    private static string Quote(TKey key) => FormattableString.Invariant($"'{key}'");
}
