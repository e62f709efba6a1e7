using System.Text.Json;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Writes layers to a model's description and restores them from it; the numbers of parameters are tensors of the file.</summary>
/// <remarks>
/// A layer is one of <c>{"type":"linear","weights":…,"bias":…}</c>, <c>{"type":"norm","gain":…,"shift":…,"epsilon":…}</c>,
/// <c>{"type":"dense","linear":{…},"norm":{…}|null,"activation":"none|relu|tanh","dropout_rate":…,"dropout_seed":…,
/// "residual":…}</c> and <c>{"type":"cross","layers":[{"projection":…|null,"linear":{…}},…]}</c>, parameters standing there by
/// name. All properties are required and no others are allowed.
/// </remarks>
internal static class LayerCodec
{
    private const string LinearType = "linear", NormType = "norm", DenseType = "dense", CrossType = "cross";

    private static readonly string[] Activations = ["none", "relu", "tanh"];

    /// <exception cref="NotSupportedException">The layer is not one of this library.</exception>
    public static void Write(Utf8JsonWriter json, Layer<float> layer)
    {
        json.WriteStartObject();
        switch (layer)
        {
            case Linear<float> linear:
                json.WriteString("type", LinearType);
                json.WriteString("weights", linear.Weights.Name);
                json.WriteString("bias", linear.Bias.Name);
                break;
            case NormLayer<float> norm:
                json.WriteString("type", NormType);
                json.WriteString("gain", norm.Gain.Name);
                json.WriteString("shift", norm.Shift.Name);
                json.WriteNumber("epsilon", norm.Epsilon);
                break;
            case DenseLayer<float> dense:
                WriteDense(json, dense);
                break;
            case CrossNetwork<float> cross:
                WriteCross(json, cross);
                break;
            default:
                throw new NotSupportedException(
                    $"A layer of type {layer.GetType().Name} cannot be saved; only Linear, NormLayer, DenseLayer and CrossNetwork can.");
        }

        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The description is not one of a layer, or its parameters do not fit each other.</exception>
    /// <exception cref="Persistence.SnapshotFormatException">A tensor is missing or has another rank.</exception>
    public static Layer<float> Read(JsonElement json, string subject, ParameterReader parameters) =>
        new DescriptionProperties(json, subject).GetString("type", LinearType, NormType, DenseType, CrossType) switch
        {
            LinearType => ReadLinear(json, subject, parameters),
            NormType => ReadNorm(json, subject, parameters),
            DenseType => ReadDense(json, subject, parameters),
            _ => ReadCross(json, subject, parameters),
        };

    public static Linear<float> ReadLinear(JsonElement json, string subject, ParameterReader parameters)
    {
        DescriptionProperties properties = Of(json, subject, LinearType, "weights", "bias");
        (string weights, string bias) = (properties.GetText("weights"), properties.GetText("bias"));
        return properties.Build(() => new Linear<float>(parameters.Dense(weights, 2), parameters.Dense(bias, 1)));
    }

    public static NormLayer<float> ReadNorm(JsonElement json, string subject, ParameterReader parameters)
    {
        DescriptionProperties properties = Of(json, subject, NormType, "gain", "shift", "epsilon");
        (string gain, string shift, double epsilon) = (properties.GetText("gain"), properties.GetText("shift"), properties.GetNumber("epsilon", 0, float.MaxValue));
        return properties.Build(() => new NormLayer<float>(parameters.Dense(gain, 1), parameters.Dense(shift, 1), epsilon));
    }

    public static DenseLayer<float> ReadDense(JsonElement json, string subject, ParameterReader parameters)
    {
        DescriptionProperties properties = Of(json, subject, DenseType, "linear", "norm", "activation", "dropout_rate", "dropout_seed", "residual");
        JsonElement norm = properties.GetElement("norm");
        var activation = (Activation)Array.IndexOf(Activations, properties.GetString("activation", Activations));
        double rate = properties.GetNumber("dropout_rate", 0, 1);
        ulong seed = properties.GetUnsigned("dropout_seed");
        bool residual = properties.GetBoolean("residual");
        Linear<float> linear = ReadLinear(properties.GetElement("linear"), subject + ", linear", parameters);
        NormLayer<float>? normLayer = norm.ValueKind == JsonValueKind.Null ? null : ReadNorm(norm, subject + ", norm", parameters);
        return properties.Build(() => new DenseLayer<float>(linear, normLayer, activation, rate, seed, residual));
    }

    private static CrossNetwork<float> ReadCross(JsonElement json, string subject, ParameterReader parameters)
    {
        DescriptionProperties properties = Of(json, subject, CrossType, "layers");
        CrossLayer<float>[] layers =
        [
            .. properties.GetArray("layers").Select(
                (layer, i) => ReadCrossLayer(layer, FormattableString.Invariant($"{subject}, layer {i}"), parameters)),
        ];
        return properties.Build(() => new CrossNetwork<float>(layers));
    }

    private static CrossLayer<float> ReadCrossLayer(JsonElement json, string subject, ParameterReader parameters)
    {
        var properties = new DescriptionProperties(json, subject);
        properties.AllowOnly("projection", "linear");
        string? projection = properties.GetElement("projection").ValueKind == JsonValueKind.Null ? null : properties.GetText("projection");
        Linear<float> linear = ReadLinear(properties.GetElement("linear"), subject + ", linear", parameters);
        return properties.Build(() => new CrossLayer<float>(linear, projection is null ? null : parameters.Dense(projection, 2)));
    }

    private static void WriteDense(Utf8JsonWriter json, DenseLayer<float> dense)
    {
        json.WriteString("type", DenseType);
        json.WritePropertyName("linear");
        Write(json, dense.Linear);
        json.WritePropertyName("norm");
        if (dense.Norm is null)
        {
            json.WriteNullValue();
        }
        else
        {
            Write(json, dense.Norm);
        }

        json.WriteString("activation", Activations[(int)dense.Activation]);
        json.WriteNumber("dropout_rate", dense.DropoutRate);
        json.WriteNumber("dropout_seed", dense.DropoutSeed);
        json.WriteBoolean("residual", dense.Residual);
    }

    private static void WriteCross(Utf8JsonWriter json, CrossNetwork<float> cross)
    {
        json.WriteString("type", CrossType);
        json.WriteStartArray("layers");
        foreach (CrossLayer<float> layer in cross.Layers)
        {
            json.WriteStartObject();
            json.WriteString("projection", layer.Projection?.Name);
            json.WritePropertyName("linear");
            Write(json, layer.Linear);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The properties of an object of one type, which must have these and no others.</summary>
    private static DescriptionProperties Of(JsonElement json, string subject, string type, params ReadOnlySpan<string> names)
    {
        var properties = new DescriptionProperties(json, subject);
        properties.GetString("type", type);
        properties.AllowOnly(["type", .. names]);
        return properties;
    }
}
