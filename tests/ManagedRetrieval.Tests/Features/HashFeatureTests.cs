using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Features;
using ManagedRetrieval.Tests.Sampling;

namespace ManagedRetrieval.Tests.Features;

public sealed class HashFeatureTests
{
    [Property]
    public void Ids_are_the_buckets_of_the_hashes_under_the_seeds_derived(NonNull<string> text, long number, PositiveInt buckets, byte more, ulong seed)
    {
        int hashes = 1 + (more % 64);
        ulong[] seeds = [seed, .. Enumerable.Range(1, hashes - 1).Select(j => StableHash.Of(j, seed))];
        Assert.Equal(
            seeds.Select(s => StableHash.Bucket(StableHash.Of(text.Get, s), buckets.Get)),
            Encoded.Ids(new HashFeature<string>(buckets.Get, hashes, seed), text.Get));
        Assert.Equal(
            seeds.Select(s => StableHash.Bucket(StableHash.Of(number, s), buckets.Get)),
            Encoded.Ids(new HashFeature<long>(buckets.Get, hashes, seed), number));
        Assert.Equal(
            Encoded.Ids(new HashFeature<long>(buckets.Get, hashes, seed), (int)number),
            Encoded.Ids(new HashFeature<int>(buckets.Get, hashes, seed), (int)number));
    }

    [Property]
    public void One_hash_gives_what_a_vocabulary_without_keys_gives(NonNull<string> key, PositiveInt buckets, ulong seed) => Assert.Equal(
        new Vocabulary<string>([], buckets.Get, seed).IndexOf(key.Get), Encoded.Id(new HashFeature<string>(buckets.Get, 1, seed), key.Get));

    [Fact]
    public void Two_hashes_of_one_key_are_independent()
    {
        const int Buckets = 10;
        var feature = new HashFeature<int>(Buckets, hashes: 2, seed: 3);
        int[] pairs = new int[Buckets * Buckets];
        for (int key = 0; key < 20_000; key++)
        {
            int[] ids = Encoded.Ids(feature, key);
            pairs[(ids[0] * Buckets) + ids[1]]++;
        }

        Assert.True(ChiSquare.Accepts(pairs, [.. pairs.Select(_ => 1.0 / pairs.Length)]));
    }

    [Fact]
    public void Features_of_neighbouring_seeds_share_no_hash()
    {
        int[] first = Encoded.Ids(new HashFeature<string>(int.MaxValue, 8, seed: 0), "key");
        int[] second = Encoded.Ids(new HashFeature<string>(int.MaxValue, 8, seed: 1), "key");

        Assert.Equal(16, first.Concat(second).Distinct().Count());
    }

    [Fact]
    public void Every_string_is_a_key_of_its_own()
    {
        var feature = new HashFeature<string>(int.MaxValue);
        string[] keys = ["", " ", "\0", "\uD83C", "\uDFAC", "\uFFFD", "i", "I", "\u0130", "\u0131", "e\u0301", "\u00E9"];

        Assert.Equal(keys.Length, keys.Select(key => Encoded.Id(feature, key)).Distinct().Count());
        Encoded.UnderCulture("tr-TR", () => Assert.Equal(Encoded.Id(feature, "I"), StableHash.Bucket(StableHash.Of("I"), int.MaxValue)));
    }

    [Fact]
    public void Encoding_allocates_nothing_the_second_time()
    {
        var texts = new HashFeature<string>(100, 3);
        var numbers = new HashFeature<long>(100, 3);
        var rows = new RaggedIds();
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            rows.Clear();
            texts.Encode("a", rows);
            numbers.Encode(-7, rows);
        }));
    }

    [Fact]
    public void Wrong_arguments_are_refused_and_change_nothing()
    {
        var feature = new HashFeature<string>(3);
        var rows = new RaggedIds();
        Assert.Throws<ArgumentNullException>("input", () => feature.Encode(null!, rows));
        Assert.Throws<ArgumentNullException>("destination", () => feature.Encode("a", null!));
        Assert.Throws<ArgumentOutOfRangeException>("buckets", () => new HashFeature<int>(0));
        Assert.Throws<ArgumentOutOfRangeException>("hashes", () => new HashFeature<int>(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("hashes", () => new HashFeature<int>(1, 65));
        Assert.Throws<NotSupportedException>(() => new HashFeature<Guid>(1));
        Assert.Equal(0, rows.Count);

        rows.Append(2);
        Assert.Throws<InvalidOperationException>(() => feature.Encode("a", rows));
        rows.EndRow();
        Assert.Equal([2], rows.Ids.ToArray());
    }
}
