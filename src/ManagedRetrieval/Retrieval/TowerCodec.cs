using System.Text.Json;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Writes towers to a model's description and restores them.</summary>
/// <remarks>
/// A tower is <c>{"inputs":[…],"join":"concatenate|sum","layers":[…],"normalize":…}</c>, an input one of
/// <c>{"type":"bag","feature":…,"table":…,"combiner":…,"weights":…}</c>, <c>{"type":"sequence","feature":…,"table":…,"encoder":…}</c>
/// and <c>{"type":"dense","feature":…,"width":…}</c>. Parameters are named, and their tensors bear these names.
/// </remarks>
internal static class TowerCodec
{
    private static readonly string[] Combiners = ["sum", "mean", "sqrtn"];
    private static readonly string[] Joins = ["concatenate", "sum"];

    public static void Write(Utf8JsonWriter json, Tower<float> tower)
    {
        json.WriteStartObject();
        json.WriteStartArray("inputs");
        foreach (TowerInput<float> input in tower.Inputs)
        {
            WriteInput(json, input);
        }

        json.WriteEndArray();
        json.WriteString("join", Joins[(int)tower.Join]);
        json.WriteStartArray("layers");
        foreach (Layer<float> layer in tower.Layers)
        {
            LayerCodec.Write(json, layer);
        }

        json.WriteEndArray();
        json.WriteBoolean("normalize", tower.Normalize);
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The description is not one of a tower.</exception>
    /// <exception cref="SnapshotFormatException">A tensor is missing or does not fit.</exception>
    public static Tower<float> Read(JsonElement json, string name, ParameterReader parameters)
    {
        string subject = $"Tower '{name}'";
        var properties = new DescriptionProperties(json, subject);
        properties.AllowOnly("inputs", "join", "layers", "normalize");
        TowerInput<float>[] inputs = [.. properties.GetArray("inputs").Select((input, i) => ReadInput(input, $"{subject}, input {i}", parameters))];
        var join = (TowerJoin)Array.IndexOf(Joins, properties.GetString("join", Joins));
        Layer<float>[] layers = [.. properties.GetArray("layers").Select((layer, i) => LayerCodec.Read(layer, $"{subject}, layer {i}", parameters))];
        bool normalize = properties.GetBoolean("normalize");
        return properties.Build(() => new Tower<float>(inputs, layers, normalize, join));
    }

    private static void WriteInput(Utf8JsonWriter json, TowerInput<float> input)
    {
        json.WriteStartObject();
        switch (input)
        {
            case BagInput<float> bag:
                json.WriteString("type", "bag");
                json.WriteString("feature", bag.Feature);
                json.WriteString("table", bag.Table.Name);
                json.WriteString("combiner", Combiners[(int)bag.Combiner]);
                json.WriteString("weights", bag.Weights?.Name);
                break;
            case SequenceInput<float> sequence:
                json.WriteString("type", "sequence");
                json.WriteString("feature", sequence.Feature);
                json.WriteString("table", sequence.Table.Name);
                json.WritePropertyName("encoder");
                HistoryEncoderCodec.Write(json, sequence.Encoder);
                break;
            default:
                json.WriteString("type", "dense");
                json.WriteString("feature", input.Feature);
                json.WriteNumber("width", input.Width);
                break;
        }

        json.WriteEndObject();
    }

    private static TowerInput<float> ReadInput(JsonElement json, string subject, ParameterReader parameters)
    {
        var properties = new DescriptionProperties(json, subject);
        string type = properties.GetString("type", "bag", "sequence", "dense");
        string feature = properties.GetText("feature");
        switch (type)
        {
            case "bag":
                properties.AllowOnly("type", "feature", "table", "combiner", "weights");
                var combiner = (BagCombiner)Array.IndexOf(Combiners, properties.GetString("combiner", Combiners));
                bool weighted = properties.GetElement("weights").ValueKind != JsonValueKind.Null;
                return properties.Build(() => new BagInput<float>(
                    feature, parameters.Table(properties.GetText("table")), combiner, weighted ? parameters.Table(properties.GetText("weights")) : null));
            case "sequence":
                properties.AllowOnly("type", "feature", "table", "encoder");
                HistoryEncoder<float> encoder = HistoryEncoderCodec.Read(properties.GetElement("encoder"), subject + ", encoder", parameters);
                return properties.Build(() => new SequenceInput<float>(feature, parameters.Table(properties.GetText("table")), encoder));
            default:
                properties.AllowOnly("type", "feature", "width");
                return properties.Build(() => new DenseInput<float>(feature, properties.GetInt("width", 1, int.MaxValue)));
        }
    }
}
