namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>The memories that a partitioned index consists of; what it does not have is empty.</summary>
internal sealed record PartitionedParts
{
    /// <summary>The number of dimensions.</summary>
    public required int Dimensions { get; init; }

    /// <summary>[partitions, d].</summary>
    public required ReadOnlyMemory<float> Centroids { get; init; }

    /// <summary>[partitions + 1]: the place at which each list starts, then the number of rows.</summary>
    public required ReadOnlyMemory<int> Offsets { get; init; }

    /// <summary>The row at each place.</summary>
    public required ReadOnlyMemory<int> Rows { get; init; }

    /// <summary>Sub-spaces of the codes; 0 for lists of bytes.</summary>
    public int Subspaces { get; init; }

    /// <summary>[padded depth, 16].</summary>
    public ReadOnlyMemory<float> Codewords { get; init; }

    /// <summary>Blocks of 4-bit codes.</summary>
    public ReadOnlyMemory<byte> Codes { get; init; }

    /// <summary>Groups of residuals as bytes.</summary>
    public ReadOnlyMemory<byte> Packed { get; init; }

    /// <summary>[rows, d]: residuals as bytes, place by place.</summary>
    public ReadOnlyMemory<sbyte> Residuals { get; init; }

    /// <summary>What a step of each residual's bytes is worth, place by place.</summary>
    public ReadOnlyMemory<float> Scales { get; init; }

    /// <summary>[rows, d]: rows as halves, place by place.</summary>
    public ReadOnlyMemory<Half> Halves { get; init; }

    /// <summary>[rows, d]: rows as they were given, place by place.</summary>
    public ReadOnlyMemory<float> Floats { get; init; }

    /// <summary>The bytes of all of it.</summary>
    public long Bytes =>
        (4L * (Centroids.Length + Offsets.Length + Rows.Length + Codewords.Length + Scales.Length + Floats.Length))
        + Codes.Length + Packed.Length + Residuals.Length + (2L * Halves.Length);
}
