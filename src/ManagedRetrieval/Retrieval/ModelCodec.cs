using System.Text.Json;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>A model as the properties <c>query</c>, <c>candidate</c> and <c>matryoshka</c> of a file's description, and as tensors of the file.</summary>
internal static class ModelCodec
{
    private const string Query = "query", Candidate = "candidate", Matryoshka = "matryoshka";

    /// <summary>The names of the properties.</summary>
    public static ReadOnlySpan<string> Properties => (string[])[Query, Candidate, Matryoshka];

    /// <summary>Writes the properties, as an object of these alone, and adds the tensors.</summary>
    /// <exception cref="ArithmeticException">A parameter is not finite.</exception>
    /// <exception cref="ArgumentException">A text cannot be stored, or two tensors would bear one name.</exception>
    /// <exception cref="NotSupportedException">A feature, a layer or an encoder is not one of this library.</exception>
    public static JsonDocument Write<TQuery, TCandidate>(TwoTowerModel<TQuery, TCandidate> model, SafetensorsWriter writer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, model, writer);
            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.ToArray());
    }

    private static void Write<TQuery, TCandidate>(Utf8JsonWriter json, TwoTowerModel<TQuery, TCandidate> model, SafetensorsWriter writer)
    {
        var store = new SnapshotStore(writer);
        WriteSide(json, Query, model.QueryFeatures, model.QueryTower, store);
        WriteSide(json, Candidate, model.CandidateFeatures, model.CandidateTower, store);
        json.WriteStartArray(Matryoshka);
        foreach (int dimensions in model.MatryoshkaDimensions)
        {
            json.WriteNumberValue(dimensions);
        }

        json.WriteEndArray();
        foreach (Parameter<float> parameter in model.Parameters)
        {
            if (parameter.Name.StartsWith(IndexCodec.Prefix, StringComparison.Ordinal))
            {
                throw new ArgumentException($"The parameter name '{parameter.Name}' begins with '{IndexCodec.Prefix}', as the index's tensors do.", nameof(model));
            }

            SnapshotTensors.Add(writer, parameter.Name, parameter.Value);
        }
    }

    /// <exception cref="FormatException">The description does not fit.</exception>
    /// <exception cref="SnapshotFormatException">The tensors do not fit.</exception>
    public static TwoTowerModel<TQuery, TCandidate> Read<TQuery, TCandidate>(
        DescriptionProperties properties, SafetensorsFile file, FeatureBindings<TQuery>? queryBindings, FeatureBindings<TCandidate>? candidateBindings)
    {
        var store = new SnapshotStore(file);
        var parameters = new ParameterReader(file);
        (FeatureSet<TQuery> queryFeatures, Tower<float> queryTower) = ReadSide(properties, Query, store, parameters, queryBindings);
        (FeatureSet<TCandidate> candidateFeatures, Tower<float> candidateTower) = ReadSide(properties, Candidate, store, parameters, candidateBindings);
        return new TwoTowerModel<TQuery, TCandidate>(
            queryFeatures, queryTower, candidateFeatures, candidateTower, properties.GetInts(Matryoshka, 1, queryTower.Dimensions - 1));
    }

    private static void WriteSide<TInput>(Utf8JsonWriter json, string side, FeatureSet<TInput> features, Tower<float> tower, SnapshotStore store)
    {
        json.WriteStartObject(side);
        json.WriteStartArray("features");
        foreach (BoundFeature<TInput> feature in features.Features)
        {
            json.WriteStartObject();
            json.WriteString("name", feature.Name);
            json.WritePropertyName("feature");
            FeatureCodec.Write(json, feature.Feature, StoreName(side, feature.Name), store);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("tower");
        TowerCodec.Write(json, tower);
        json.WriteEndObject();
    }

    private static (FeatureSet<TInput> Features, Tower<float> Tower) ReadSide<TInput>(
        DescriptionProperties properties, string side, SnapshotStore store, ParameterReader parameters, FeatureBindings<TInput>? bindings)
    {
        var sideProperties = new DescriptionProperties(properties.GetElement(side), $"Side '{side}'");
        sideProperties.AllowOnly("features", "tower");
        var features = new List<(string Name, object Feature)>();
        foreach (JsonElement json in sideProperties.GetArray("features"))
        {
            var feature = new DescriptionProperties(json, $"Side '{side}', feature {features.Count}");
            feature.AllowOnly("name", "feature");
            string name = feature.GetText("name");
            features.Add((name, FeatureCodec.Read(feature.GetElement("feature"), StoreName(side, name), store)));
        }

        return (FeatureBindings<TInput>.Attach(bindings, features, side), TowerCodec.Read(sideProperties.GetElement("tower"), side, parameters));
    }

    /// <summary>Under what a feature's lists are kept: a feature may bear the same name on both sides.</summary>
    private static string StoreName(string side, string feature) => $"{side}.{feature}";
}
