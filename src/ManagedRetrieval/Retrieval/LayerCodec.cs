using System.Text.Json;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Writes layers to a model's description and restores them.</summary>
internal static class LayerCodec
{
    public static void Write(Utf8JsonWriter json, Layer<float> layer)
    {
        var linear = (Linear<float>)layer;
        json.WriteStartObject();
        json.WriteString("type", "linear");
        json.WriteString("weights", linear.Weights.Name);
        json.WriteString("bias", linear.Bias.Name);
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The description is not one of a layer.</exception>
    public static Layer<float> Read(JsonElement json, string subject, ParameterReader parameters)
    {
        var properties = new DescriptionProperties(json, subject);
        properties.AllowOnly("type", "weights", "bias");
        properties.GetString("type", "linear");
        return properties.Build(() => new Linear<float>(parameters.Dense(properties.GetText("weights"), 2), parameters.Dense(properties.GetText("bias"), 1)));
    }
}
