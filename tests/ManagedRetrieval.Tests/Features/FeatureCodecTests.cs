using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class FeatureCodecTests
{
    [Property(Arbitrary = [typeof(TextFeatureTests)])]
    public void A_text_feature_comes_back_with_its_options(TextFeatureOptions options) =>
        Assert.Equal(options, Assert.IsType<TextFeature>(RoundTrip(new TextFeature(options))).Options);

    [Property]
    public void String_ids_come_back_with_their_vocabulary(NonNull<string>[] keys, byte buckets, ulong seed) =>
        CheckIds([.. keys.Select(key => key.Get)], buckets, seed);

    [Property]
    public void Int_ids_come_back_with_their_vocabulary(int[] keys, byte buckets, ulong seed) =>
        CheckIds([.. keys, int.MinValue, int.MaxValue], buckets, seed);

    [Property]
    public void Long_ids_come_back_with_their_vocabulary(long[] keys, byte buckets, ulong seed) =>
        CheckIds([.. keys, long.MinValue, long.MaxValue], buckets, seed);

    [Fact]
    public void The_description_is_as_documented()
    {
        Assert.Equal(
            """{"type":"text","buckets":131072,"words":true,"word_pairs":true,"minimum_character_ngram":4,"maximum_character_ngram":4,"seed":18446744073709551615}""",
            new MemoryStore().Write(new TextFeature(new() { Seed = ulong.MaxValue })));
        Assert.Equal(
            """{"type":"id","key":"long","out_of_vocabulary_buckets":2,"seed":0,"known_keys":3}""",
            new MemoryStore().Write(new IdFeature<long>(new Vocabulary<long>([7, 8, 9], 2))));
    }

    [Theory]
    [InlineData("type", "\"image\"", "property 'type' is \"image\", expected one of \"text\", \"id\"")]
    [InlineData("type", null, "property 'type' is missing, expected one of \"text\", \"id\"")]
    [InlineData("buckets", "0", "property 'buckets' is 0, expected an integer from 1 to 2147483647")]
    [InlineData("buckets", "2147483648", "property 'buckets' is 2147483648, expected an integer from 1")]
    [InlineData("buckets", "\"many\"", "property 'buckets' is \"many\", expected an integer from 1")]
    [InlineData("buckets", null, "property 'buckets' is missing, expected an integer from 1")]
    [InlineData("words", "1", "property 'words' is 1, expected true or false")]
    [InlineData("seed", "-1", "property 'seed' is -1, expected an integer from 0 to 18446744073709551615")]
    [InlineData("seed", "1.5", "property 'seed' is 1.5, expected an integer from 0")]
    [InlineData("maximum_character_ngram", "3", "property 'maximum_character_ngram' is 3, expected an integer from 4")]
    [InlineData("minimum_character_ngram", "0", "property 'maximum_character_ngram' is 4, expected an integer from 0 to 0")]
    [InlineData("stemmer", "true", "property 'stemmer' is true, expected no such property, only type, buckets")]
    public void A_wrong_text_description_is_reported_with_what_was_expected(string property, string? value, string message) =>
        AssertRefused<string>(MemoryStore.Change(new MemoryStore().Write(new TextFeature()), property, value), new MemoryStore(), message);

    [Theory]
    [InlineData("key", "\"guid\"", "property 'key' is \"guid\", expected one of \"string\", \"int\", \"long\"")]
    [InlineData("key", "\"\\ud800\"", "property 'key' is \"\\ud800\", expected one of")]
    [InlineData("key", null, "property 'key' is missing")]
    [InlineData("out_of_vocabulary_buckets", "-1", "property 'out_of_vocabulary_buckets' is -1, expected an integer from 0")]
    [InlineData("known_keys", "5", "property 'known_keys' is 5, expected 2, the number of keys stored")]
    [InlineData("seed", null, "property 'seed' is missing")]
    [InlineData("\\ud800", "1", "the name in \"\\ud800\":1 is not valid Unicode")]
    public void A_wrong_id_description_is_reported_with_what_was_expected(string property, string? value, string message)
    {
        var store = new MemoryStore();
        string json = store.Write(new IdFeature<int>(new Vocabulary<int>([3, 4], 1)));
        AssertRefused<int>(MemoryStore.Change(json, property, value), store, message);
    }

    [Fact]
    public void Keys_that_do_not_fit_are_reported()
    {
        var store = new MemoryStore();
        string json = store.Write(new IdFeature<int>(new Vocabulary<int>([3, 4], 1)));

        store.Integers["item.keys"] = [3, 3];
        AssertRefused<int>(json, store, "Key 1, '3', is already key 0.");
        store.Integers["item.keys"] = [3, 1L + int.MaxValue];
        AssertRefused<int>(json, store, "key 1 is 2147483648, expected an int");
        AssertRefused<int>(json, new MemoryStore(), "No integers 'item.keys'");
        AssertRefused<int>("[]", store, "Feature 'item' is [], expected an object.");
        AssertRefused<int>(json.Replace("\"seed\":0", "\"seed\":0,\"seed\":0", StringComparison.Ordinal), store, "'seed' comes twice");
        AssertRefused<string>(
            """{"type":"text","buckets":9,"words":false,"word_pairs":false,"minimum_character_ngram":0,"maximum_character_ngram":0,"seed":0}""",
            store,
            "there is nothing to encode");
    }

    [Fact]
    public void Another_type_of_input_is_reported()
    {
        AssertOther<long>(new IdFeature<string>(new Vocabulary<string>(["a"], 1)), "the model's feature takes string ids, asked for long");
        AssertOther<int>(new TextFeature(), "the model's feature takes text, asked for int");
        AssertOther<string>(new IdFeature<int>(new Vocabulary<int>([1], 1)), "takes int ids, asked for string");
        AssertOther<double>(new NumberFeature(0, 1), "takes numbers, asked for double");
        AssertOther<int>(new ListFeature<int>(new HashFeature<int>(1)), "takes lists of int, asked for int");
        AssertOther<long>(new OptionalValueFeature<long>(new TimeBucketFeature()), "takes long or null, asked for long");
        AssertOther<double>(new VectorFeature(3), "takes vectors, asked for double");
    }

    [Fact]
    public void A_feature_from_elsewhere_is_not_written()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => new MemoryStore().Write(new Foreign()));
        Assert.Contains("Foreign", error.Message, StringComparison.Ordinal);
    }

    private static void CheckIds<TKey>(TKey[] keys, byte buckets, ulong seed)
        where TKey : notnull, IEquatable<TKey>
    {
        Vocabulary<TKey> before = Vocabulary.Fit(keys, buckets + 1, 1, seed);
        Vocabulary<TKey> after = Assert.IsType<IdFeature<TKey>>(RoundTrip(new IdFeature<TKey>(before))).Vocabulary;

        Assert.Equal(before.Keys, after.Keys);
        Assert.Equal(before.OutOfVocabularyBuckets, after.OutOfVocabularyBuckets);
        Assert.Equal(before.Seed, after.Seed);
    }

    private static void AssertOther<TInput>(object feature, string message)
    {
        var store = new MemoryStore();
        AssertRefused<TInput>(store.Write(feature), store, message);
    }

    private static ISparseFeature<TInput> RoundTrip<TInput>(ISparseFeature<TInput> feature)
    {
        var store = new MemoryStore();
        return Read<TInput>(store.Write(feature), store);
    }

    private static ISparseFeature<TInput> Read<TInput>(string json, MemoryStore store)
    {
        using var document = JsonDocument.Parse(json);
        return FeatureCodec.Read<TInput>(document.RootElement, "item", store);
    }

    private static void AssertRefused<TInput>(string json, MemoryStore store, string message)
    {
        FormatException error = Assert.Throws<FormatException>(() => Read<TInput>(json, store));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private sealed class Foreign : ISparseFeature<string>
    {
        public int RowCount => 1;

        public void Encode(string input, RaggedIds destination) => destination.AppendRow([0]);
    }
}
