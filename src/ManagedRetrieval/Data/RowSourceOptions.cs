namespace ManagedRetrieval.Data;

/// <summary>How rows are read.</summary>
public sealed class RowSourceOptions
{
    /// <summary>The most bytes of one record, where nothing else is said: 16 MiB.</summary>
    public const int DefaultMaximumRecordBytes = 16 << 20;

    internal static RowSourceOptions Default { get; } = new();

    /// <summary>What happens at a row that cannot be read; by default reading fails.</summary>
    public BadRowPolicy BadRows { get; init; }

    /// <summary>
    /// The columns that there may be, asked for or not; a file with another one, or a line of JSON with such a property, is refused, since it is most
    /// likely misspelt. Null, the default, for any.
    /// </summary>
    public IReadOnlyList<string>? KnownColumns { get; init; }

    /// <summary>
    /// The most bytes of one record of a text format (a line, or several where a quoted value holds line breaks). A longer
    /// one is an error, since memory would have to hold it; <see cref="DefaultMaximumRecordBytes"/> by default.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 16 or more than 2³⁰.</exception>
    public int MaximumRecordBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 16);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1 << 30);
            field = value;
        }
    } = DefaultMaximumRecordBytes;

    /// <summary>What is wrong with a column's name; null where nothing is.</summary>
    /// <param name="name">A name that a file has; one that is empty nobody means.</param>
    internal string? DescribeUnknown(string name) => KnownColumns is null || name.Length == 0 || KnownColumns.Contains(name, StringComparer.Ordinal)
        ? null
        : $"{DataFormatException.Quote(name)} is no column that is known, expected one of {DataFormatException.List(KnownColumns)}.";
}
