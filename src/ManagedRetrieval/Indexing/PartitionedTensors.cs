using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>The memories of a partitioned index as tensors of a file; one that is empty is left out.</summary>
internal static class PartitionedTensors
{
    private const string Centroids = IndexCodec.Prefix + "centroids", Offsets = IndexCodec.Prefix + "offsets", Rows = IndexCodec.Prefix + "rows",
        Codewords = IndexCodec.Prefix + "codewords", Codes = IndexCodec.Prefix + "codes", Packed = IndexCodec.Prefix + "packed",
        Residuals = IndexCodec.Prefix + "residuals", Scales = IndexCodec.Prefix + "scales", Halves = IndexCodec.Prefix + "halves",
        Floats = IndexCodec.Prefix + "floats";

    public static void Add(SafetensorsWriter writer, PartitionedParts parts)
    {
        writer.Add(Centroids, parts.Centroids, parts.Centroids.Length / parts.Dimensions, parts.Dimensions);
        writer.Add(Offsets, parts.Offsets, parts.Offsets.Length);
        writer.Add(Rows, parts.Rows, parts.Rows.Length);
        Unless(parts.Codewords.IsEmpty, () => writer.Add(Codewords, parts.Codewords, parts.Codewords.Length));
        Unless(parts.Codes.IsEmpty, () => writer.Add(Codes, parts.Codes, parts.Codes.Length));
        Unless(parts.Packed.IsEmpty, () => writer.Add(Packed, parts.Packed, parts.Packed.Length));
        Unless(parts.Residuals.IsEmpty, () => writer.Add(Residuals, parts.Residuals, parts.Rows.Length, parts.Dimensions));
        Unless(parts.Scales.IsEmpty, () => writer.Add(Scales, parts.Scales, parts.Scales.Length));
        Unless(parts.Halves.IsEmpty, () => writer.Add(Halves, parts.Halves, parts.Rows.Length, parts.Dimensions));
        Unless(parts.Floats.IsEmpty, () => writer.Add(Floats, parts.Floats, parts.Rows.Length, parts.Dimensions));
    }

    /// <exception cref="SnapshotFormatException">A tensor is missing or of another type.</exception>
    public static PartitionedParts Get(SafetensorsFile file, int dimensions, int subspaces) => new()
    {
        Dimensions = dimensions,
        Subspaces = subspaces,
        Centroids = file.ViewFloats(Centroids),
        Offsets = file.ViewInts(Offsets),
        Rows = file.ViewInts(Rows),
        Codewords = file.Contains(Codewords) ? file.ViewFloats(Codewords) : default,
        Codes = file.Contains(Codes) ? file.ViewBytes(Codes) : default,
        Packed = file.Contains(Packed) ? file.ViewBytes(Packed) : default,
        Residuals = file.Contains(Residuals) ? file.ViewSignedBytes(Residuals) : default,
        Scales = file.Contains(Scales) ? file.ViewFloats(Scales) : default,
        Halves = file.Contains(Halves) ? file.ViewHalves(Halves) : default,
        Floats = file.Contains(Floats) ? file.ViewFloats(Floats) : default,
    };

    private static void Unless(bool empty, Action add)
    {
        if (!empty)
        {
            add();
        }
    }
}
