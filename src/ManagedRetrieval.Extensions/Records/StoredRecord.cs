using System.Globalization;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>A record as it is stored: immutable, and equal to every record of the same key, so that an index can name its rows by records.</summary>
/// <param name="key">An int, a long, a string or a Guid.</param>
/// <param name="data">The values of the data properties, in the order of the schema.</param>
/// <param name="vectors">Those of the vector properties; null for none. Nobody else may write to them.</param>
internal sealed class StoredRecord(object key, object?[] data, ReadOnlyMemory<float>?[] vectors) : IEquatable<StoredRecord>
{
    /// <summary>The key.</summary>
    public object Key { get; } = key;

    /// <summary>The values of the data properties, in the order of the schema.</summary>
    public IReadOnlyList<object?> Data { get; } = data;

    /// <summary>Those of the vector properties; null for none.</summary>
    public IReadOnlyList<ReadOnlyMemory<float>?> Vectors { get; } = vectors;

    /// <summary>Rises with each record that is stored; what has equal scores, or no order, comes in this order. Written once, before anybody else sees the record.</summary>
    public long Sequence { get; set; }

    /// <inheritdoc/>
    public bool Equals(StoredRecord? other) => other is not null && Key.Equals(other.Key);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StoredRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();

    /// <summary>The key, which is what an index calls the record in its messages.</summary>
    public override string ToString() => Convert.ToString(Key, CultureInfo.InvariantCulture)!;
}
