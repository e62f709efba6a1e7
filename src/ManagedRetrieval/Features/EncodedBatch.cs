namespace ManagedRetrieval.Features;

/// <summary>A batch of inputs, encoded: for each feature a column, all of them with a row for each input.</summary>
/// <param name="columns">Its own, not shared.</param>
internal sealed class EncodedBatch(EncodedColumn[] columns)
{
    /// <summary>In the order of the features.</summary>
    public ReadOnlySpan<EncodedColumn> Columns => columns;

    /// <summary>The number of inputs.</summary>
    public int Count => columns[0].Count;

    /// <summary>An empty batch of the same features.</summary>
    public EncodedBatch NewEmpty() => new([.. columns.Select(column => column.NewEmpty())]);

    /// <summary>Removes all rows; the memory is kept.</summary>
    public void Clear()
    {
        foreach (EncodedColumn column in columns)
        {
            column.Clear();
        }
    }

    /// <summary>Replaces everything here by the named rows of a batch of the same features. Allocates only where the result is larger than any before.</summary>
    public void Gather(EncodedBatch source, ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i].GatherFrom(source.Columns[i], rows);
        }
    }
}
