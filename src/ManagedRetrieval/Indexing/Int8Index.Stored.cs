using System.Text.Json;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

public sealed partial class Int8Index<TId> : IStoredIndex
{
    internal const string TypeName = "int8";

    private const string PackedName = IndexCodec.Prefix + "packed", ScalesName = IndexCodec.Prefix + "scales", EmbeddingsName = IndexCodec.Prefix + "embeddings";

    string IStoredIndex.Type => TypeName;

    internal static Int8Index<TId> Read(IndexParts<TId> parts)
    {
        parts.AllowOnly("dimensions", "rescored", "greatest_squares", "embeddings");
        int dimensions = parts.Properties.GetInt("dimensions", 1, int.MaxValue), rows = parts.Identifiers.Count;
        Int8Store.CheckFits(rows, dimensions);
        parts.File.RequireShape(PackedName, SafetensorsType.U8, Int8Rows.PackedLength(rows, dimensions));
        parts.File.RequireShape(ScalesName, SafetensorsType.F32, rows);
        var options = new Int8IndexOptions { Rescored = parts.Properties.GetOptionalInt("rescored", 1, int.MaxValue) };
        Tensor<float> embeddings = default;
        if (parts.Properties.GetBoolean("embeddings"))
        {
            parts.File.RequireShape(EmbeddingsName, SafetensorsType.F32, rows, dimensions);
            embeddings = SnapshotTensors.View(parts.File, EmbeddingsName, 2);
        }

        var store = new Int8Store(
            dimensions, parts.File.ViewBytes(PackedName), SnapshotTensors.View(parts.File, ScalesName, 1).Memory,
            parts.Properties.GetInt("greatest_squares", 0, (int)Math.Min(int.MaxValue, (long)Int8Rows.Greatest * Int8Rows.Greatest * dimensions)));
        if (!parts.File.IsMapped)
        {
            store.CheckGreatestSquares();
        }

        return new Int8Index<TId>(store, embeddings, parts.Identifiers, options, parts.Workers, parts.Similarity);
    }

    private protected override void CheckMapped(CancellationToken cancellationToken) => _store.CheckGreatestSquares(cancellationToken);

    void IStoredIndex.WriteTo(Utf8JsonWriter json, SafetensorsWriter writer)
    {
        json.WriteNumber("dimensions", Dimensions);
        if (_rescored is { } rescored)
        {
            json.WriteNumber("rescored", rescored);
        }
        else
        {
            json.WriteNull("rescored");
        }

        json.WriteNumber("greatest_squares", _store.GreatestSquares);
        json.WriteBoolean("embeddings", !_embeddings.IsDefault);
        writer.Add(PackedName, _store.Packed, _store.Packed.Length);
        writer.Add(ScalesName, _store.Scales, Count);
        if (!_embeddings.IsDefault)
        {
            SnapshotTensors.Add(writer, EmbeddingsName, _embeddings);
        }
    }
}
