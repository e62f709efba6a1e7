using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Data;

/// <summary>Rows with named columns that can be read from front to back, as often as one likes.</summary>
/// <remarks>The files of the readers' project are such sources; derive from it for a source of your own.</remarks>
public abstract class RowSource
{
    /// <summary>A source.</summary>
    /// <param name="name">What messages call it, such as a file's path.</param>
    /// <param name="options">How rows are read; null for the defaults.</param>
    protected RowSource(string name, RowSourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, Options) = (name, options ?? RowSourceOptions.Default);
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>How rows are read.</summary>
    public RowSourceOptions Options { get; }

    /// <summary>Begins to read.</summary>
    /// <param name="columns">The columns that are wanted; a reader may leave all others unread.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>A reader before its first row, whose column numbers are positions in <paramref name="columns"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="columns"/> is empty, or holds null or one name twice.</exception>
    /// <exception cref="DataFormatException">It is not a source of this format, or lacks a column; the message lists those that are there.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public ValueTask<RowReader> OpenAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
        {
            throw new ArgumentException("At least one column must be asked for.", nameof(columns));
        }

        string[] copy = [.. columns];
        for (int i = 0; i < copy.Length; i++)
        {
            if (copy[i] is null)
            {
                throw Argument.HoldsNull(nameof(columns), i);
            }

            if (Array.IndexOf(copy, copy[i]) < i)
            {
                throw new ArgumentException($"Column {DataFormatException.Quote(copy[i])} is asked for twice, expected once.", nameof(columns));
            }
        }

        return OpenCoreAsync(copy, cancellationToken);
    }

    /// <summary>Begins to read; the columns are checked to be there, distinct and not null.</summary>
    protected abstract ValueTask<RowReader> OpenCoreAsync(IReadOnlyList<string> columns, CancellationToken cancellationToken);
}
