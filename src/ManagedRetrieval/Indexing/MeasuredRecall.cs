using System.Text.Json;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Indexing;

/// <summary>How much of exact search's answers an approximate index found.</summary>
/// <param name="K">Answers of a query.</param>
/// <param name="Recall">The share of exact search's answers that were found, the mean over the queries.</param>
/// <param name="Queries">How many queries it was measured with.</param>
/// <param name="Probes">How many partitions were scanned.</param>
/// <param name="Rescored">How many rows were scored.</param>
public sealed record MeasuredRecall(int K, double Recall, int Queries, int Probes, int Rescored)
{
    /// <exception cref="FormatException">The description does not fit.</exception>
    internal static MeasuredRecall Read(JsonElement json)
    {
        var properties = new DescriptionProperties(json, "Measured recall");
        properties.AllowOnly("k", "recall", "queries", "probes", "rescored");
        return new MeasuredRecall(
            properties.GetInt("k", 1, int.MaxValue),
            properties.GetNumber("recall", 0, 1),
            properties.GetInt("queries", 1, int.MaxValue),
            properties.GetInt("probes", 1, int.MaxValue),
            properties.GetInt("rescored", 1, int.MaxValue));
    }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("k", K);
        json.WriteNumber("recall", Recall);
        json.WriteNumber("queries", Queries);
        json.WriteNumber("probes", Probes);
        json.WriteNumber("rescored", Rescored);
        json.WriteEndObject();
    }
}
