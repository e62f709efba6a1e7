using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>Writes features to a model's description and restores them from it.</summary>
/// <remarks>
/// A feature is one object with its <c>type</c>; a codec for each family of types says what else is in it. What is too
/// long for a description goes to the store, under the feature's name and a word. All properties are required and no
/// others are allowed: one that this version does not know could change what the ids mean. Numbers come back to the bit.
/// </remarks>
internal static class FeatureCodec
{
    private static readonly string[] Types =
    [
        TextFeatureCodec.Text, KeyFeatureCodec.Id, KeyFeatureCodec.Hash, KeyFeatureCodec.FrozenVector,
        NumberFeatureCodec.Bucket, NumberFeatureCodec.Number, NumberFeatureCodec.Vector,
        TimeFeatureCodec.Time, TimeFeatureCodec.TimeBucket, NestedFeatureCodec.List, NestedFeatureCodec.Optional,
    ];

    /// <summary>Writes one object; lists and vectors go to <paramref name="store"/> under names that begin with <paramref name="name"/>.</summary>
    /// <exception cref="NotSupportedException">The feature is not one of this library, or a list of something else than string, int, long or double.</exception>
    public static void Write(Utf8JsonWriter json, object feature, string name, IFeatureStore store)
    {
        ArgumentNullException.ThrowIfNull(feature);
        if (!TextFeatureCodec.TryWrite(json, feature)
            && !KeyFeatureCodec.TryWrite(json, feature, name, store)
            && !NumberFeatureCodec.TryWrite(json, feature, name, store)
            && !TimeFeatureCodec.TryWrite(json, feature)
            && !NestedFeatureCodec.TryWrite(json, feature, name, store))
        {
            throw new NotSupportedException(
                $"Feature '{name}' is a {feature.GetType().Name}; only features of this library can be saved, and of string, int, long, double or vectors.");
        }
    }

    /// <summary>Restores what <see cref="Write(Utf8JsonWriter, object, string, IFeatureStore)"/> wrote under <paramref name="name"/>.</summary>
    /// <returns>An <see cref="ISparseFeature{TInput}"/> or an <see cref="IDenseFeature{TInput}"/>.</returns>
    /// <exception cref="FormatException">The description is not one of a feature, or what is stored does not fit it.</exception>
    public static object Read(JsonElement json, string name, IFeatureStore store)
    {
        var properties = new DescriptionProperties(json, $"Feature '{name}'");
        string type = properties.GetString("type", Types);
        return type switch
        {
            TextFeatureCodec.Text => TextFeatureCodec.Read(properties),
            KeyFeatureCodec.Id or KeyFeatureCodec.Hash or KeyFeatureCodec.FrozenVector => KeyFeatureCodec.Read(type, properties, name, store),
            TimeFeatureCodec.Time or TimeFeatureCodec.TimeBucket => TimeFeatureCodec.Read(type, properties),
            NestedFeatureCodec.List or NestedFeatureCodec.Optional => NestedFeatureCodec.Read(type, properties, name, store),
            _ => NumberFeatureCodec.Read(type, properties, name, store),
        };
    }

    /// <inheritdoc cref="Write(Utf8JsonWriter, object, string, IFeatureStore)"/>
    public static void Write<TInput>(Utf8JsonWriter json, ISparseFeature<TInput> feature, string name, IFeatureStore store) =>
        Write(json, (object)feature, name, store);

    /// <inheritdoc cref="Read(JsonElement, string, IFeatureStore)"/>
    /// <exception cref="FormatException">
    /// The description is not one of a feature, or what is stored does not fit it, or the feature takes another input than
    /// <typeparamref name="TInput"/>.
    /// </exception>
    public static ISparseFeature<TInput> Read<TInput>(JsonElement json, string name, IFeatureStore store)
    {
        object feature = Read(json, name, store);
        return feature as ISparseFeature<TInput>
            ?? throw new FormatException($"Feature '{name}': the model's feature takes {FeatureInputs.Of(feature)}, asked for {FeatureInputs.Name<TInput>()}.");
    }
}
