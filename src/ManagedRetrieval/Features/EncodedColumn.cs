namespace ManagedRetrieval.Features;

/// <summary>One feature of a batch of inputs, encoded: a row for each input.</summary>
/// <remarks>One writer at a time; any number of readers between changes.</remarks>
public abstract class EncodedColumn
{
    // Only the library's own columns are known to towers.
    private protected EncodedColumn()
    {
    }

    /// <summary>The number of finished rows.</summary>
    public abstract int Count { get; }

    /// <summary>Removes all rows; the memory is kept.</summary>
    public abstract void Clear();

    /// <summary>An empty column of the same kind.</summary>
    internal abstract EncodedColumn NewEmpty();

    /// <summary>Replaces everything here by the named rows of a column of the same kind, in the order named.</summary>
    internal abstract void GatherFrom(EncodedColumn source, ReadOnlySpan<int> rows);
}
