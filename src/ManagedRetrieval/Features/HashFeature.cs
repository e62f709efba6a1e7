namespace ManagedRetrieval.Features;

/// <summary>One id per key, or several, by hashing: no vocabulary is fitted or saved.</summary>
/// <remarks>
/// <para>
/// Id j of a key is <c>StableHash.Bucket(StableHash.Of(key, s), Buckets)</c>, with s = <see cref="Seed"/> for j = 0 and
/// <c>StableHash.Of(j, Seed)</c> beyond. So a feature of one hash gives the id that a vocabulary without keys gives.
/// </para>
/// <para>
/// With one hash, keys that collide share their whole embedding. With k, they are told apart unless all k ids collide,
/// and a table of far fewer rows than keys will do: hash embeddings (Svenstrup, Hansen and Winther, NIPS 2017), here
/// with equal weights in place of learnt ones, since a tower combines the rows of a bag by one rule. The ids of one key
/// may coincide; duplicates are kept. Immutable and safe for several threads.
/// </para>
/// </remarks>
/// <typeparam name="TKey">string, int or long; strings are compared by code units.</typeparam>
public sealed class HashFeature<TKey> : ISparseFeature<TKey>
    where TKey : notnull
{
    /// <summary>The most hashes there may be: beyond a few, more of them cost time and tell no more keys apart.</summary>
    internal const int MostHashes = 64;

    private readonly VocabularyKeys<TKey> _policy = VocabularyKeys.For<TKey>();
    private readonly ulong[] _seeds;

    /// <summary>A feature of the given size.</summary>
    /// <param name="buckets">The number of hash buckets, hence of embedding rows; at least 1.</param>
    /// <param name="hashes">How many ids a key has, from 1 to 64.</param>
    /// <param name="seed">Decides which key goes to which bucket.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no bucket, or the number of hashes is not in its range.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="TKey"/> is not string, int or long.</exception>
    public HashFeature(int buckets, int hashes = 1, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hashes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes, MostHashes);
        RowCount = buckets;
        Seed = seed;
        _seeds = new ulong[hashes];
        for (int j = 0; j < hashes; j++)
        {
            _seeds[j] = j == 0 ? seed : StableHash.Of(j, seed);
        }
    }

    /// <summary>The number of hash buckets.</summary>
    public int RowCount { get; }

    /// <summary>How many ids a key has.</summary>
    public int Hashes => _seeds.Length;

    /// <summary>Decides which key goes to which bucket.</summary>
    public ulong Seed { get; }

    /// <summary>Appends a row with the ids of <paramref name="input"/>.</summary>
    /// <inheritdoc/>
    public void Encode(TKey input, RaggedIds destination)
    {
        if (input is null)
        {
            throw new ArgumentNullException(nameof(input));
        }

        ArgumentNullException.ThrowIfNull(destination);
        destination.ThrowIfRowOpen();
        foreach (ulong seed in _seeds)
        {
            destination.Append(StableHash.Bucket(_policy.Hash(input, seed), RowCount));
        }

        destination.EndRow();
    }
}
