using System.Text.Json;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Writes history encoders to a model's description and restores them from it; the numbers of parameters are tensors of the file.</summary>
/// <remarks>
/// An encoder is one of <c>{"type":"mean","width":…}</c>, <c>{"type":"attention_pooling","linear":{…},"vector":…}</c>,
/// <c>{"type":"recurrent","linear":{…},"recurrent_weights":…,"recurrent_bias":…}</c> and <c>{"type":"causal_attention",
/// "positions":…,"blocks":[…],"norm":{…},"dropout_rate":…,"dropout_seed":…}</c>, a block being <c>{"attention_norm":{…},
/// "query":…,"key":…,"value":…,"hidden_norm":{…},"inner":{…},"outer":{…},"dropout_rate":…,"dropout_seed":…}</c>. Objects in
/// them are layers, see <see cref="LayerCodec"/>; parameters stand there by name. All properties are required and no others
/// are allowed.
/// </remarks>
internal static class HistoryEncoderCodec
{
    private const string MeanType = "mean", PoolingType = "attention_pooling", RecurrentType = "recurrent", CausalType = "causal_attention";

    /// <exception cref="NotSupportedException">The encoder is not one of this library.</exception>
    public static void Write(Utf8JsonWriter json, HistoryEncoder<float> encoder)
    {
        json.WriteStartObject();
        switch (encoder)
        {
            case MeanHistory<float> mean:
                json.WriteString("type", MeanType);
                json.WriteNumber("width", mean.Inputs);
                break;
            case AttentionPooling<float> pooling:
                json.WriteString("type", PoolingType);
                WriteLayer(json, "linear", pooling.Linear);
                json.WriteString("vector", pooling.Vector.Name);
                break;
            case RecurrentHistory<float> recurrent:
                json.WriteString("type", RecurrentType);
                WriteLayer(json, "linear", recurrent.Linear);
                json.WriteString("recurrent_weights", recurrent.RecurrentWeights.Name);
                json.WriteString("recurrent_bias", recurrent.RecurrentBias.Name);
                break;
            case CausalAttentionHistory<float> causal:
                WriteCausal(json, causal);
                break;
            default:
                throw new NotSupportedException(
                    $"A history encoder of type {encoder.GetType().Name} cannot be saved; only MeanHistory, AttentionPooling, RecurrentHistory and CausalAttentionHistory can.");
        }

        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The description is not one of an encoder, or its parameters do not fit each other.</exception>
    /// <exception cref="Persistence.SnapshotFormatException">A tensor is missing or has another rank.</exception>
    public static HistoryEncoder<float> Read(JsonElement json, string subject, ParameterReader parameters)
    {
        var properties = new DescriptionProperties(json, subject);
        return properties.GetString("type", MeanType, PoolingType, RecurrentType, CausalType) switch
        {
            MeanType => ReadMean(properties),
            PoolingType => ReadPooling(properties, subject, parameters),
            RecurrentType => ReadRecurrent(properties, subject, parameters),
            _ => ReadCausal(properties, subject, parameters),
        };
    }

    private static MeanHistory<float> ReadMean(DescriptionProperties properties)
    {
        properties.AllowOnly("type", "width");
        return new MeanHistory<float>(properties.GetInt("width", 1, int.MaxValue));
    }

    private static AttentionPooling<float> ReadPooling(DescriptionProperties properties, string subject, ParameterReader parameters)
    {
        properties.AllowOnly("type", "linear", "vector");
        string vector = properties.GetText("vector");
        Linear<float> linear = LayerCodec.ReadLinear(properties.GetElement("linear"), subject + ", linear", parameters);
        return properties.Build(() => new AttentionPooling<float>(linear, parameters.Dense(vector, 2)));
    }

    private static RecurrentHistory<float> ReadRecurrent(DescriptionProperties properties, string subject, ParameterReader parameters)
    {
        properties.AllowOnly("type", "linear", "recurrent_weights", "recurrent_bias");
        (string weights, string bias) = (properties.GetText("recurrent_weights"), properties.GetText("recurrent_bias"));
        Linear<float> linear = LayerCodec.ReadLinear(properties.GetElement("linear"), subject + ", linear", parameters);
        return properties.Build(() => new RecurrentHistory<float>(linear, parameters.Dense(weights, 2), parameters.Dense(bias, 1)));
    }

    private static CausalAttentionHistory<float> ReadCausal(DescriptionProperties properties, string subject, ParameterReader parameters)
    {
        properties.AllowOnly("type", "positions", "blocks", "norm", "dropout_rate", "dropout_seed");
        string positions = properties.GetText("positions");
        (double rate, ulong seed) = (properties.GetNumber("dropout_rate", 0, 1), properties.GetUnsigned("dropout_seed"));
        CausalAttentionBlock<float>[] blocks =
        [
            .. properties.GetArray("blocks").Select(
                (block, i) => ReadBlock(block, FormattableString.Invariant($"{subject}, block {i}"), parameters)),
        ];
        NormLayer<float> norm = LayerCodec.ReadNorm(properties.GetElement("norm"), subject + ", norm", parameters);
        return properties.Build(() => new CausalAttentionHistory<float>(parameters.Table(positions), blocks, norm, rate, seed));
    }

    private static CausalAttentionBlock<float> ReadBlock(JsonElement json, string subject, ParameterReader parameters)
    {
        var properties = new DescriptionProperties(json, subject);
        properties.AllowOnly("attention_norm", "query", "key", "value", "hidden_norm", "inner", "outer", "dropout_rate", "dropout_seed");
        (string query, string key, string value) = (properties.GetText("query"), properties.GetText("key"), properties.GetText("value"));
        (double rate, ulong seed) = (properties.GetNumber("dropout_rate", 0, 1), properties.GetUnsigned("dropout_seed"));
        NormLayer<float> attentionNorm = LayerCodec.ReadNorm(properties.GetElement("attention_norm"), subject + ", attention_norm", parameters);
        NormLayer<float> hiddenNorm = LayerCodec.ReadNorm(properties.GetElement("hidden_norm"), subject + ", hidden_norm", parameters);
        DenseLayer<float> inner = LayerCodec.ReadDense(properties.GetElement("inner"), subject + ", inner", parameters);
        DenseLayer<float> outer = LayerCodec.ReadDense(properties.GetElement("outer"), subject + ", outer", parameters);
        return properties.Build(() => new CausalAttentionBlock<float>(
            attentionNorm, parameters.Dense(query, 2), parameters.Dense(key, 2), parameters.Dense(value, 2), hiddenNorm, inner, outer, rate, seed));
    }

    private static void WriteCausal(Utf8JsonWriter json, CausalAttentionHistory<float> causal)
    {
        json.WriteString("type", CausalType);
        json.WriteString("positions", causal.Positions.Name);
        json.WriteStartArray("blocks");
        foreach (CausalAttentionBlock<float> block in causal.Blocks)
        {
            json.WriteStartObject();
            WriteLayer(json, "attention_norm", block.AttentionNorm);
            json.WriteString("query", block.Query.Name);
            json.WriteString("key", block.Key.Name);
            json.WriteString("value", block.Value.Name);
            WriteLayer(json, "hidden_norm", block.HiddenNorm);
            WriteLayer(json, "inner", block.Inner);
            WriteLayer(json, "outer", block.Outer);
            WriteDropout(json, block.DropoutRate, block.DropoutSeed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteLayer(json, "norm", causal.Norm);
        WriteDropout(json, causal.DropoutRate, causal.DropoutSeed);
    }

    private static void WriteLayer(Utf8JsonWriter json, string name, Layer<float> layer)
    {
        json.WritePropertyName(name);
        LayerCodec.Write(json, layer);
    }

    private static void WriteDropout(Utf8JsonWriter json, double rate, ulong seed)
    {
        json.WriteNumber("dropout_rate", rate);
        json.WriteNumber("dropout_seed", seed);
    }
}
