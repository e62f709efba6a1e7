using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>Writes features to a model's description and restores them from it.</summary>
/// <remarks>
/// A text feature is <c>{"type":"text","buckets":…,"words":…,"word_pairs":…,"minimum_character_ngram":…,
/// "maximum_character_ngram":…,"seed":…}</c>, an id feature <c>{"type":"id","key":"string|int|long",
/// "out_of_vocabulary_buckets":…,"seed":…,"known_keys":…}</c> with its keys in the store. All properties are required
/// and no others are allowed: one that this version does not know could change what the ids mean.
/// </remarks>
internal static class FeatureCodec
{
    private const string TextType = "text", IdType = "id";

    /// <summary>Writes one object; the keys of an id feature go to <paramref name="store"/> under "name.keys".</summary>
    /// <exception cref="NotSupportedException">The feature is not one of this library.</exception>
    public static void Write<TInput>(Utf8JsonWriter json, ISparseFeature<TInput> feature, string name, IFeatureStore store) => Write(json, (object)feature, name, store);

    public static void Write(Utf8JsonWriter json, object feature, string name, IFeatureStore store)
    {
        ArgumentNullException.ThrowIfNull(feature);
        switch (feature)
        {
            case TextFeature text:
                WriteText(json, text.Options);
                break;
            case IdFeature<string> ids:
                WriteIds(json, ids.Vocabulary, name, store);
                break;
            case IdFeature<int> ids:
                WriteIds(json, ids.Vocabulary, name, store);
                break;
            case IdFeature<long> ids:
                WriteIds(json, ids.Vocabulary, name, store);
                break;
            default:
                throw new NotSupportedException(
                    $"Feature '{name}' is a {feature.GetType().Name}; only TextFeature and IdFeature can be saved.");
        }
    }

    /// <summary>Restores what <see cref="Write"/> wrote under <paramref name="name"/>.</summary>
    /// <exception cref="FormatException">
    /// The description is not one of a feature, or the keys do not fit it, or the feature takes another input than
    /// <typeparamref name="TInput"/>.
    /// </exception>
    public static ISparseFeature<TInput> Read<TInput>(JsonElement json, string name, IFeatureStore store)
    {
        var properties = new DescriptionProperties(json, $"Feature '{name}'");
        string type = properties.GetString("type", TextType, IdType);
        if (type == TextType)
        {
            return Cast<TInput, string>("text", name, () => ReadText(properties));
        }

        return properties.GetString("key", "string", "int", "long") switch
        {
            "string" => Cast<TInput, string>("string ids", name, () => ReadIds<string>(properties, name, store)),
            "int" => Cast<TInput, int>("int ids", name, () => ReadIds<int>(properties, name, store)),
            _ => Cast<TInput, long>("long ids", name, () => ReadIds<long>(properties, name, store)),
        };
    }

    public static object Read(JsonElement json, string name, IFeatureStore store)
    {
        var properties = new DescriptionProperties(json, $"Feature '{name}'");
        string type = properties.GetString("type", TextType, IdType);
        if (type == TextType)
        {
            return ReadText(properties);
        }

        return properties.GetString("key", "string", "int", "long") switch
        {
            "string" => ReadIds<string>(properties, name, store),
            "int" => ReadIds<int>(properties, name, store),
            _ => ReadIds<long>(properties, name, store),
        };
    }

    private static void WriteText(Utf8JsonWriter json, TextFeatureOptions options)
    {
        json.WriteStartObject();
        json.WriteString("type", TextType);
        json.WriteNumber("buckets", options.Buckets);
        json.WriteBoolean("words", options.Words);
        json.WriteBoolean("word_pairs", options.WordPairs);
        json.WriteNumber("minimum_character_ngram", options.MinimumCharacterNGram);
        json.WriteNumber("maximum_character_ngram", options.MaximumCharacterNGram);
        json.WriteNumber("seed", options.Seed);
        json.WriteEndObject();
    }

    private static TextFeature ReadText(DescriptionProperties properties)
    {
        properties.AllowOnly(
            "type", "buckets", "words", "word_pairs", "minimum_character_ngram", "maximum_character_ngram", "seed");
        int shortest = properties.GetInt("minimum_character_ngram", 0, int.MaxValue);
        var options = new TextFeatureOptions
        {
            Buckets = properties.GetInt("buckets", 1, int.MaxValue),
            Words = properties.GetBoolean("words"),
            WordPairs = properties.GetBoolean("word_pairs"),
            MinimumCharacterNGram = shortest,
            MaximumCharacterNGram = properties.GetInt("maximum_character_ngram", shortest, shortest == 0 ? 0 : int.MaxValue),
            Seed = properties.GetUnsigned("seed"),
        };
        return properties.Build(() => new TextFeature(options));
    }

    private static void WriteIds<TKey>(Utf8JsonWriter json, Vocabulary<TKey> vocabulary, string name, IFeatureStore store)
        where TKey : notnull, IEquatable<TKey>
    {
        VocabularyKeys<TKey> policy = VocabularyKeys.For<TKey>();
        policy.Save(vocabulary.Keys, KeysName(name), store);
        json.WriteStartObject();
        json.WriteString("type", IdType);
        json.WriteString("key", policy.Name);
        json.WriteNumber("out_of_vocabulary_buckets", vocabulary.OutOfVocabularyBuckets);
        json.WriteNumber("seed", vocabulary.Seed);
        json.WriteNumber("known_keys", vocabulary.Keys.Count);
        json.WriteEndObject();
    }

    private static IdFeature<TKey> ReadIds<TKey>(DescriptionProperties properties, string name, IFeatureStore store)
        where TKey : notnull, IEquatable<TKey>
    {
        properties.AllowOnly("type", "key", "out_of_vocabulary_buckets", "seed", "known_keys");
        int buckets = properties.GetInt("out_of_vocabulary_buckets", 0, int.MaxValue);
        ulong seed = properties.GetUnsigned("seed");
        int known = properties.GetInt("known_keys", 0, int.MaxValue);
        IReadOnlyList<TKey> keys = VocabularyKeys.For<TKey>().Load(KeysName(name), store);
        if (keys.Count != known)
        {
            throw properties.Error("known_keys", $"{known}", $"{keys.Count}, the number of keys stored");
        }

        return properties.Build(() => new IdFeature<TKey>(new Vocabulary<TKey>(keys, buckets, seed)));
    }

    // Checked before reading, so that no vocabulary is loaded in vain. TInput and TStored are the same type beyond it.
    private static ISparseFeature<TInput> Cast<TInput, TStored>(string takes, string name, Func<ISparseFeature<TStored>> read)
    {
        if (typeof(TInput) != typeof(TStored))
        {
            throw new FormatException($"Feature '{name}': the model's feature takes {takes}, asked for {Name<TInput>()}.");
        }

        return (ISparseFeature<TInput>)(object)read();
    }

    private static string KeysName(string feature) => feature + ".keys";

    private static string Name<TInput>() =>
        typeof(TInput) == typeof(string) ? "string"
        : typeof(TInput) == typeof(int) ? "int"
        : typeof(TInput) == typeof(long) ? "long"
        : typeof(TInput).ToString();
}
