using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>Writes and restores features of text.</summary>
/// <remarks>
/// <c>{"type":"text","buckets":…,"words":…,"word_pairs":…,"minimum_character_ngram":…,"maximum_character_ngram":…,
/// "seed":…}</c>.
/// </remarks>
internal static class TextFeatureCodec
{
    public const string Text = "text";

    /// <summary>False where the feature is not of this family; nothing is written then.</summary>
    public static bool TryWrite(Utf8JsonWriter json, object feature)
    {
        if (feature is not TextFeature { Options: { } options })
        {
            return false;
        }

        json.WriteStartObject();
        json.WriteString("type", Text);
        json.WriteNumber("buckets", options.Buckets);
        json.WriteBoolean("words", options.Words);
        json.WriteBoolean("word_pairs", options.WordPairs);
        json.WriteNumber("minimum_character_ngram", options.MinimumCharacterNGram);
        json.WriteNumber("maximum_character_ngram", options.MaximumCharacterNGram);
        json.WriteNumber("seed", options.Seed);
        json.WriteEndObject();
        return true;
    }

    public static TextFeature Read(DescriptionProperties properties)
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
}
