using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Features;

/// <summary>A batch of inputs, encoded: for each feature a column, all of them with a row for each input.</summary>
public sealed class EncodedBatch
{
    private readonly EncodedColumn[] _columns;

    /// <summary>A batch of columns, which are shared, not copied.</summary>
    /// <param name="columns">At least one, in the order of the features.</param>
    /// <exception cref="ArgumentException">There is no column, one is null, or they differ in their number of rows.</exception>
    public EncodedBatch(params IReadOnlyList<EncodedColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
        {
            throw new ArgumentException("A batch needs at least one column.", nameof(columns));
        }

        _columns = [.. columns];
        for (int i = 0; i < _columns.Length; i++)
        {
            if (_columns[i] is null)
            {
                throw Argument.HoldsNull(nameof(columns), i);
            }

            if (_columns[i].Count != Count)
            {
                throw new ArgumentException($"columns must all have {Count} rows, as the first has, but number {i} has {_columns[i].Count}.", nameof(columns));
            }
        }
    }

    /// <summary>In the order of the features.</summary>
    public ReadOnlySpan<EncodedColumn> Columns => _columns;

    /// <summary>The number of inputs.</summary>
    public int Count => _columns[0].Count;

    /// <summary>An empty batch of the same features.</summary>
    internal EncodedBatch NewEmpty() => new([.. _columns.Select(column => column.NewEmpty())]);

    /// <summary>Removes all rows; the memory is kept.</summary>
    public void Clear()
    {
        foreach (EncodedColumn column in _columns)
        {
            column.Clear();
        }
    }

    /// <summary>Replaces everything here by the named rows of a batch of the same features. Allocates only where the result is larger than any before.</summary>
    internal void Gather(EncodedBatch source, ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].GatherFrom(source.Columns[i], rows);
        }
    }
}
