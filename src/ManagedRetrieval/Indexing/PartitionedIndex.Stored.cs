using System.Text.Json;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

public sealed partial class PartitionedIndex<TId> : IStoredIndex
{
    internal const string TypeName = "partitioned";

    string IStoredIndex.Type => TypeName;

    internal static PartitionedIndex<TId> Read(IndexParts<TId> parts)
    {
        parts.AllowOnly("dimensions", "subspaces", "probes", "rescored", "measured_recall");
        PartitionedParts memories = PartitionedTensors.Get(
            parts.File, parts.Properties.GetInt("dimensions", 1, int.MaxValue), parts.Properties.GetInt("subspaces", 0, int.MaxValue));
        if (!parts.File.IsMapped
            && ((!memories.Floats.IsEmpty && !TensorPrimitives.IsFiniteAll(memories.Floats.Span)) || memories.Halves.Span.ContainsAnyExceptInRange(Half.MinValue, Half.MaxValue)))
        {
            throw new FormatException("Index: a row holds a number that is not finite.");
        }

        return new PartitionedIndex<TId>(
            new PartitionedStore(memories),
            parts.Identifiers,
            parts.Similarity,
            parts.Properties.GetInt("probes", 1, int.MaxValue),
            parts.Properties.GetInt("rescored", 1, int.MaxValue),
            parts.Workers ?? WorkerTeam.Inline,
            parts.Properties.GetElement("measured_recall") is { ValueKind: not JsonValueKind.Null } measured ? MeasuredRecall.Read(measured) : null);
    }

    void IStoredIndex.WriteTo(Utf8JsonWriter json, SafetensorsWriter writer)
    {
        json.WriteNumber("dimensions", Dimensions);
        json.WriteNumber("subspaces", Store.Parts.Subspaces);
        json.WriteNumber("probes", Probes);
        json.WriteNumber("rescored", Rescored);
        json.WritePropertyName("measured_recall");
        if (Measured is null)
        {
            json.WriteNullValue();
        }
        else
        {
            Measured.WriteTo(json);
        }

        PartitionedTensors.Add(writer, Store.Parts);
    }
}
