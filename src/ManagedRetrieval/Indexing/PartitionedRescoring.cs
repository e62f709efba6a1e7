namespace ManagedRetrieval.Indexing;

/// <summary>What the rows that a scan finds are scored by in a <see cref="PartitionedIndex{TId}"/>: its answers' scores.</summary>
public enum PartitionedRescoring
{
    /// <summary>What lies beside the partition's centroid, as bytes with a scale for the row: d + 4 bytes a row, or none more where lists hold them already.</summary>
    EightBit,

    /// <summary>The row in half precision: 2 d bytes a row.</summary>
    HalfPrecision,

    /// <summary>The row as it was given, so that scores have the bits of exact search: 4 d bytes a row.</summary>
    FullPrecision,
}
