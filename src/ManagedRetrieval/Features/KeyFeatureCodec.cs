using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Features;

/// <summary>Writes and restores features of keys.</summary>
/// <remarks>
/// With <c>"key":"string|int|long"</c> in each: <c>{"type":"id","key":…,"out_of_vocabulary_buckets":…,"seed":…,
/// "known_keys":…}</c> with its keys in the store under "name.keys"; <c>{"type":"hash","key":…,"buckets":…,"hashes":…,
/// "seed":…}</c>; <c>{"type":"frozen_vector","key":…,"unknown":"zeros|error","known_keys":…,"width":…}</c> with
/// "name.keys" and "name.vectors".
/// </remarks>
internal static class KeyFeatureCodec
{
    public const string Id = "id", Hash = "hash", FrozenVector = "frozen_vector";

    private const string Zeros = "zeros", Error = "error";

    /// <summary>False where the feature is not of this family; nothing is written then.</summary>
    public static bool TryWrite(Utf8JsonWriter json, object feature, string name, IFeatureStore store) =>
        TryWrite<string>(json, feature, name, store) || TryWrite<int>(json, feature, name, store) || TryWrite<long>(json, feature, name, store);

    public static object Read(string type, DescriptionProperties properties, string name, IFeatureStore store) =>
        properties.GetString("key", "string", "int", "long") switch
        {
            "string" => Read<string>(type, properties, name, store),
            "int" => Read<int>(type, properties, name, store),
            _ => Read<long>(type, properties, name, store),
        };

    private static bool TryWrite<TKey>(Utf8JsonWriter json, object feature, string name, IFeatureStore store)
        where TKey : notnull, IEquatable<TKey>
    {
        switch (feature)
        {
            case IdFeature<TKey> { Vocabulary: { } vocabulary }:
                Start<TKey>(json, Id);
                json.WriteNumber("out_of_vocabulary_buckets", vocabulary.OutOfVocabularyBuckets);
                json.WriteNumber("seed", vocabulary.Seed);
                WriteKeys(json, vocabulary.Keys, name, store);
                break;
            case HashFeature<TKey> hash:
                Start<TKey>(json, Hash);
                json.WriteNumber("buckets", hash.RowCount);
                json.WriteNumber("hashes", hash.Hashes);
                json.WriteNumber("seed", hash.Seed);
                break;
            case FrozenVectorFeature<TKey> frozen:
                Start<TKey>(json, FrozenVector);
                json.WriteString("unknown", frozen.RefuseUnknown ? Error : Zeros);
                WriteKeys(json, frozen.Keys, name, store);
                json.WriteNumber("width", frozen.Width);
                store.AddVectors(VectorsName(name), frozen.Vectors);
                break;
            default:
                return false;
        }

        json.WriteEndObject();
        return true;
    }

    private static object Read<TKey>(string type, DescriptionProperties properties, string name, IFeatureStore store)
        where TKey : notnull, IEquatable<TKey> => type switch
        {
            Id => ReadIds<TKey>(properties, name, store),
            Hash => ReadHash<TKey>(properties),
            _ => ReadFrozen<TKey>(properties, name, store),
        };

    private static IdFeature<TKey> ReadIds<TKey>(DescriptionProperties properties, string name, IFeatureStore store)
        where TKey : notnull, IEquatable<TKey>
    {
        properties.AllowOnly("type", "key", "out_of_vocabulary_buckets", "seed", "known_keys");
        int buckets = properties.GetInt("out_of_vocabulary_buckets", 0, int.MaxValue);
        ulong seed = properties.GetUnsigned("seed");
        IReadOnlyList<TKey> keys = ReadKeys<TKey>(properties, name, store);
        return properties.Build(() => new IdFeature<TKey>(new Vocabulary<TKey>(keys, buckets, seed)));
    }

    private static HashFeature<TKey> ReadHash<TKey>(DescriptionProperties properties)
        where TKey : notnull
    {
        properties.AllowOnly("type", "key", "buckets", "hashes", "seed");
        int buckets = properties.GetInt("buckets", 1, int.MaxValue);
        int hashes = properties.GetInt("hashes", 1, HashFeature<TKey>.MostHashes);
        ulong seed = properties.GetUnsigned("seed");
        return new HashFeature<TKey>(buckets, hashes, seed);
    }

    private static FrozenVectorFeature<TKey> ReadFrozen<TKey>(DescriptionProperties properties, string name, IFeatureStore store)
        where TKey : notnull, IEquatable<TKey>
    {
        properties.AllowOnly("type", "key", "unknown", "known_keys", "width");
        bool refuseUnknown = properties.GetString("unknown", Zeros, Error) == Error;
        int width = properties.GetInt("width", 1, int.MaxValue);
        IReadOnlyList<TKey> keys = ReadKeys<TKey>(properties, name, store);
        Tensor<float> vectors = store.GetVectors(VectorsName(name));
        if (vectors.Shape.RowLength != width)
        {
            throw properties.Error("width", Text(width), $"{Text(vectors.Shape.RowLength)}, the length of the vectors stored");
        }

        return properties.Build(() => new FrozenVectorFeature<TKey>(keys, vectors, refuseUnknown));
    }

    private static void Start<TKey>(Utf8JsonWriter json, string type)
        where TKey : notnull
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("key", VocabularyKeys.For<TKey>().Name);
    }

    private static void WriteKeys<TKey>(Utf8JsonWriter json, IReadOnlyList<TKey> keys, string name, IFeatureStore store)
        where TKey : notnull
    {
        json.WriteNumber("known_keys", keys.Count);
        VocabularyKeys.For<TKey>().Save(keys, KeysName(name), store);
    }

    private static IReadOnlyList<TKey> ReadKeys<TKey>(DescriptionProperties properties, string name, IFeatureStore store)
        where TKey : notnull
    {
        int known = properties.GetInt("known_keys", 0, int.MaxValue);
        IReadOnlyList<TKey> keys = VocabularyKeys.For<TKey>().Load(KeysName(name), store);
        return keys.Count == known ? keys : throw properties.Error("known_keys", Text(known), $"{Text(keys.Count)}, the number of keys stored");
    }

    private static string KeysName(string feature) => feature + ".keys";

    private static string VectorsName(string feature) => feature + ".vectors";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
