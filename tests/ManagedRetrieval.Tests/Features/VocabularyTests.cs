using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class VocabularyTests
{
    [Property]
    public void Strings_are_indexed_as_a_naive_dictionary_does(NonNull<string>[] keys, byte buckets, byte minimum, ulong seed) =>
        Check([.. keys.Select(key => key.Get)], ["unseen", ""], buckets, minimum, seed, (key, s) => StableHash.Of(key, s), StringComparer.Ordinal);

    [Property]
    public void Ints_are_indexed_as_a_naive_dictionary_does(int[] keys, int other, byte buckets, byte minimum, ulong seed) =>
        Check(keys, [other], buckets, minimum, seed, (key, s) => StableHash.Of(key, s), Comparer<int>.Default);

    [Property]
    public void Longs_are_indexed_as_a_naive_dictionary_does(long[] keys, long other, byte buckets, byte minimum, ulong seed) =>
        Check(keys, [other, long.MinValue], buckets, minimum, seed, (key, s) => StableHash.Of(key, s), Comparer<long>.Default);

    [Fact]
    public void Keys_come_by_count_and_then_in_ordinal_order_behind_the_buckets()
    {
        Vocabulary<string> vocabulary = Vocabulary.Fit(["b", "a", "B", "rare", "c", "c", "a", "b", "B", "c"], 2, minimumCount: 2);

        // Ordinal order puts capitals first, a culture's would not.
        Assert.Equal(["c", "B", "a", "b"], vocabulary.Keys);
        Assert.Equal(2, vocabulary.IndexOf("c"));
        Assert.Equal(5, vocabulary.IndexOf("b"));
        Assert.Equal(6, vocabulary.Count);
        Assert.InRange(vocabulary.IndexOf("rare"), 0, 1);
    }

    [Fact]
    public void Unknown_keys_spread_over_the_buckets_as_pinned()
    {
        var strings = new Vocabulary<string>(["x"], 8, seed: 1);
        var longs = new Vocabulary<long>([0], 8);

        // The top three bits of the hashes pinned for StableHash.
        Assert.Equal(0x5507442AAB9A0693UL >> 61, (ulong)strings.IndexOf("a"));
        Assert.Equal(0x2DD82C88FA32B270UL >> 61, (ulong)longs.IndexOf(-1));
    }

    [Fact]
    public void An_unknown_key_without_buckets_is_an_error_that_names_it()
    {
        var vocabulary = new Vocabulary<string>(["x"], 0);

        Assert.Equal(0, vocabulary.IndexOf("x"));
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => vocabulary.IndexOf("Alien"));
        Assert.Contains("'Alien'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_change_of_the_list_given_changes_nothing()
    {
        List<int> keys = [5, 6];
        var vocabulary = new Vocabulary<int>(keys, 1);
        keys[0] = 9;

        Assert.Equal([5, 6], vocabulary.Keys);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        ArgumentException twice = Assert.Throws<ArgumentException>("keys", () => new Vocabulary<int>([4, 7, 4], 1));
        Assert.Contains("Key 2, '4', is already key 0.", twice.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("keys", () => new Vocabulary<string>([null!], 1));
        Assert.Throws<ArgumentException>("keys", () => new Vocabulary<string>([], 0));
        Assert.Throws<ArgumentException>("keys", () => new Vocabulary<int>([1], int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>("outOfVocabularyBuckets", () => new Vocabulary<string>(["a"], -1));
        Assert.Throws<ArgumentOutOfRangeException>("outOfVocabularyBuckets", () => Vocabulary.Fit([1], -1));
        Assert.Throws<ArgumentOutOfRangeException>("minimumCount", () => Vocabulary.Fit([1], 1, 0));
        Assert.Throws<ArgumentException>("keys", () => Vocabulary.Fit<string>([null!]));
        Assert.Throws<ArgumentNullException>("keys", () => Vocabulary.Fit<string>(null!));
        Assert.Throws<ArgumentNullException>("key", () => new Vocabulary<string>(["a"], 1).IndexOf(null!));
        Assert.Throws<NotSupportedException>(() => new Vocabulary<Guid>([Guid.Empty], 1));
    }

    private static void Check<TKey>(
        TKey[] keys, TKey[] others, int buckets, int minimum, ulong seed, Func<TKey, ulong, ulong> hash, IComparer<TKey> order)
        where TKey : notnull, IEquatable<TKey>
    {
        buckets %= 4;
        minimum = (minimum % 3) + 1;

        // Small keys rarely repeat by chance; a prefix twice makes counts differ.
        TKey[] seen = [.. keys, .. keys.Take(keys.Length / 2)];
        List<TKey> expected =
        [
            .. seen.GroupBy(key => key).Where(group => group.Count() >= minimum)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, order).Select(group => group.Key),
        ];
        if (buckets + expected.Count == 0)
        {
            Assert.Throws<ArgumentException>(() => Vocabulary.Fit(seen, buckets, minimum, seed));
            return;
        }

        Vocabulary<TKey> vocabulary = Vocabulary.Fit(seen, buckets, minimum, seed);
        Assert.Equal(expected, vocabulary.Keys);
        Assert.Equal(expected, Vocabulary.Fit(seen.Reverse(), buckets, minimum, seed).Keys);
        Assert.Equal(buckets + expected.Count, vocabulary.Count);
        foreach (TKey key in seen.Concat(others))
        {
            int known = expected.IndexOf(key);
            Assert.Equal(known >= 0, vocabulary.Contains(key));
            if (known < 0 && buckets == 0)
            {
                Assert.Throws<KeyNotFoundException>(() => vocabulary.IndexOf(key));
                continue;
            }

            Assert.Equal(known >= 0 ? buckets + known : StableHash.Bucket(hash(key, seed), buckets), vocabulary.IndexOf(key));
        }
    }
}
