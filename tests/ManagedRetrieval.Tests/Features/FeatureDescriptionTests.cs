using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

/// <summary>What stands in a model's description of each feature, and what of it is refused.</summary>
public sealed class FeatureDescriptionTests
{
    [Fact]
    public void Descriptions_are_as_documented()
    {
        Same("""{"type":"hash","key":"string","buckets":10,"hashes":2,"seed":18446744073709551615}""", new HashFeature<string>(10, 2, ulong.MaxValue));
        Same("""{"type":"bucket","boundaries":3}""", new BucketFeature(1, 2, 3), "item.boundaries");
        Same("""{"type":"number","transform":"none","mean":-0,"deviation":0.30000000000000004,"clip":null}""", new NumberFeature(-0.0, 0.1 + 0.2));
        Same("""{"type":"number","transform":"log","mean":5E-324,"deviation":1,"clip":2.5}""", new NumberFeature(double.Epsilon, 1, Log(2.5)));
        Same("""{"type":"time","cycles":"day_and_week","unit":"seconds","offset_minutes":0}""", new TimeFeature());
        Same(
            """{"type":"time_bucket","buckets":"day_of_week","unit":"milliseconds","offset_minutes":-60}""",
            new TimeBucketFeature(TimeBuckets.DayOfWeek, TimeUnit.Milliseconds, -60));
        Same("""{"type":"frozen_vector","key":"int","unknown":"zeros","known_keys":1,"width":2}""", Frozen(false), "item.keys", "item.vectors");
        Same("""{"type":"frozen_vector","key":"int","unknown":"error","known_keys":1,"width":2}""", Frozen(true), "item.keys", "item.vectors");
        Same("""{"type":"vector","width":4}""", new VectorFeature(4));
        Same(
            """{"type":"list","element":{"type":"id","key":"long","out_of_vocabulary_buckets":0,"seed":0,"known_keys":2},"maximum_length":5,"skip_unknown":true}""",
            new ListFeature<long>(new IdFeature<long>(new Vocabulary<long>([1, 2], 0)), 5, skipUnknown: true),
            "item.element.keys");
        Same(
            """{"type":"optional","value":{"type":"list","element":{"type":"bucket","boundaries":1},"maximum_length":null,"skip_unknown":false}}""",
            new OptionalFeature<IReadOnlyList<double>>(new ListFeature<double>(new BucketFeature(1))),
            "item.value.element.boundaries");
    }

    public static TheoryData<string, string, string?, string> Wrong => new()
    {
        { "hash", "buckets", "0", "'buckets' is 0, expected an integer from 1" },
        { "hash", "hashes", "65", "'hashes' is 65, expected an integer from 1 to 64" },
        { "hash", "hashes", null, "'hashes' is missing" },
        { "hash", "key", "\"double\"", "'key' is \"double\", expected one of" },
        { "hash", "boundaries", "1", "expected no such property, only type, key, buckets" },
        { "bucket", "boundaries", "2", "'boundaries' is 2, expected 3, the number of boundaries stored" },
        { "bucket", "boundaries", null, "'boundaries' is missing" },
        { "bucket", "seed", "1", "expected no such property" },
        { "number", "mean", "1e999", "'mean' is 1e999, expected a finite number" },
        { "number", "mean", "\"NaN\"", "'mean' is \"NaN\", expected a finite number" },
        { "number", "mean", null, "'mean' is missing, expected a finite number" },
        { "number", "deviation", "-1", "The deviation must be finite and not negative." },
        { "number", "clip", "0", "Clip must be above 0" },
        { "number", "clip", "true", "'clip' is true, expected a finite number" },
        { "number", "clip", null, "'clip' is missing, expected a finite number or null" },
        { "number", "transform", "\"root\"", "'transform' is \"root\", expected one of \"none\", \"log\"" },
        { "number", "width", "2", "expected no such property" },
        { "time", "cycles", "\"month\"", "expected one of \"day\", \"week\", \"day_and_week\"" },
        { "time", "unit", "\"ticks\"", "expected one of \"seconds\", \"milliseconds\"" },
        { "time", "offset_minutes", "841", "'offset_minutes' is 841, expected an integer from -840 to 840" },
        { "time", "buckets", "\"hour_of_day\"", "expected no such property, only type, cycles" },
        { "time_bucket", "buckets", "\"minute\"", "expected one of \"hour_of_day\", \"day_of_week\", \"hour_of_week\"" },
        { "time_bucket", "unit", null, "'unit' is missing" },
        { "time_bucket", "cycles", "\"day\"", "expected no such property, only type, buckets" },
        { "frozen_vector", "known_keys", "2", "'known_keys' is 2, expected 1, the number of keys stored" },
        { "frozen_vector", "width", "3", "'width' is 3, expected 2, the length of the vectors stored" },
        { "frozen_vector", "unknown", "\"mean\"", "expected one of \"zeros\", \"error\"" },
        { "frozen_vector", "seed", "1", "expected no such property" },
        { "vector", "width", "0", "'width' is 0, expected an integer from 1" },
        { "vector", "height", "1", "expected no such property" },
        { "list", "maximum_length", "0", "'maximum_length' is 0, expected an integer from 1" },
        { "list", "maximum_length", null, "'maximum_length' is missing, expected an integer or null" },
        { "list", "skip_unknown", "true", "Unknown elements can be skipped only where the feature of elements is an IdFeature." },
        { "list", "element", null, "'element' is missing" },
        { "list", "element", "null", "Feature 'item.element' is null, expected an object." },
        { "list", "element", """{"type":"text"}""", "Feature 'item.element': property 'minimum_character_ngram' is missing" },
        { "list", "element", """{"type":"vector","width":2}""", "'element' is a feature that takes vectors, expected one that gives ids" },
        { "list", "value", "1", "expected no such property" },
        { "optional", "value", """{"type":"number","transform":"none","mean":0,"deviation":1,"clip":null}""", "'value' is a feature that takes numbers, expected one" },
        { "optional", "value", "3", "Feature 'item.value' is 3, expected an object." },
        { "optional", "element", "3", "expected no such property" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_description_is_reported_with_what_was_expected(string type, string property, string? value, string message)
    {
        var store = new MemoryStore();
        object feature = type switch
        {
            "hash" => new HashFeature<int>(3),
            "bucket" => new BucketFeature(1, 2, 3),
            "number" => new NumberFeature(0, 1, Log(1)),
            "time" => new TimeFeature(),
            "time_bucket" => new TimeBucketFeature(),
            "frozen_vector" => Frozen(false),
            "vector" => new VectorFeature(2),
            "list" => new ListFeature<int>(new HashFeature<int>(3), 2),
            _ => new OptionalValueFeature<int>(new HashFeature<int>(3)),
        };
        string json = store.Write(feature);
        Assert.Contains($"\"type\":\"{type}\"", json, StringComparison.Ordinal);
        Encoded.UnderCulture("tr-TR", () => store.Refuses(MemoryStore.Change(json, property, value), message));
    }

    [Fact]
    public void What_is_stored_must_fit()
    {
        var store = new MemoryStore();
        string buckets = store.Write(new BucketFeature(1, 2));
        store.Numbers["item.boundaries"] = [2, 1];
        store.Refuses(buckets, "Boundary 1 is 1, expected a finite number greater than 2.");
        store.Numbers["item.boundaries"] = [2, double.NaN];
        store.Refuses(buckets, "Boundary 1 is NaN");
        store.Numbers.Clear();
        store.Refuses(buckets, "No numbers 'item.boundaries'");

        string frozen = store.Write(Frozen(false));
        store.Vectors["item.vectors"] = new Tensor<float>(new Shape(2, 2));
        store.Refuses(frozen, "vectors must have the shape [1, width]");
        store.Integers["item.keys"] = [1L + int.MaxValue];
        store.Refuses(frozen, "key 0 is 2147483648, expected an int");
    }

    [Fact]
    public void Features_of_other_types_are_not_written()
    {
        Refused(new ListFeature<IReadOnlyList<string>>(new ListFeature<string>(new TextFeature())));
        Refused(new ListFeature<int?>(new OptionalValueFeature<int>(new HashFeature<int>(3))));
        Refused(new ListFeature<Uri>(new Foreign()));
        Refused(new OptionalFeature<Uri>(new Foreign()));
        Refused(new Foreign());
        Refused("not a feature");

        static void Refused(object feature) => Assert.Throws<NotSupportedException>(() => new MemoryStore().Write(feature));
    }

    private static void Same(string json, object feature, params string[] stored)
    {
        var store = new MemoryStore();
        Encoded.UnderCulture("tr-TR", () => Assert.Equal(json, store.Write(feature)));
        Assert.Equal(stored, store.Names);
    }

    private static FrozenVectorFeature<int> Frozen(bool refuse) => new([5], Tensor<float>.Of(new float[,] { { 1, 2 } }), refuse);

    private static NumberFeatureOptions Log(double clip) => new() { Transform = NumberTransform.Log, Clip = clip };

    private sealed class Foreign : ISparseFeature<Uri>
    {
        public int RowCount => 1;

        public void Encode(Uri input, RaggedIds destination) => destination.AppendRow([0]);
    }
}
