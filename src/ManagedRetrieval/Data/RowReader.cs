namespace ManagedRetrieval.Data;

/// <summary>Reads rows one after the other, holding one at a time.</summary>
/// <remarks>
/// A column number is a position in <see cref="Columns"/>. Values belong to the row that <see cref="ReadAsync"/> read
/// last. Not safe for several threads.
/// </remarks>
public abstract class RowReader : IAsyncDisposable
{
    private readonly RowValues _values;

    /// <summary>A reader of a source.</summary>
    /// <param name="source">Where the rows come from.</param>
    /// <param name="columns">The columns that were asked for.</param>
    protected RowReader(RowSource source, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(columns);
        (Source, Columns) = (source, columns);
        _values = new RowValues(columns.Count);
    }

    /// <summary>Where the rows come from.</summary>
    public RowSource Source { get; }

    /// <summary>The columns that were asked for.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows read so far, without those left out.</summary>
    public long RowCount { get; private set; }

    /// <summary>The rows left out so far.</summary>
    public SkippedRows Skipped { get; } = new();

    /// <summary>The bytes read so far.</summary>
    public abstract long BytesRead { get; }

    /// <summary>The bytes of the whole source; null where they are not known.</summary>
    public abstract long? TotalBytes { get; }

    /// <summary>Where the row stands, for messages, such as "line 7".</summary>
    public abstract string Place { get; }

    /// <summary>How far reading has come.</summary>
    public ReadProgress Progress => new(RowCount, Skipped.Count, BytesRead, TotalBytes);

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="DataFormatException">
    /// The row cannot be read and the policy is to fail, or nothing behind it could be read either, or the source ends
    /// without a single row.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the reader is of no more use.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _values.Clear();
            try
            {
                if (await ReadRowAsync(cancellationToken).ConfigureAwait(false))
                {
                    RowCount++;
                    return true;
                }
            }
            catch (DataFormatException bad) when (MaySkip(bad))
            {
                Skipped.Add(bad.Message);
                continue;
            }

            ThrowIfNoRow();
            return false;
        }
    }

    /// <summary>Leaves out the row read last, where the policy allows it.</summary>
    /// <param name="bad">What is wrong with the row.</param>
    /// <returns>Whether the row was left out; where not, throw <paramref name="bad"/>.</returns>
    public bool TrySkip(DataFormatException bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        if (!MaySkip(bad))
        {
            return false;
        }

        RowCount--;
        Skipped.Add(bad.Message);
        return true;
    }

    /// <summary>What a column holds.</summary>
    public RowValueKind GetKind(int column) => _values.Kind(column);

    /// <summary>A column's text; a number's in invariant form. Valid until the next row is read.</summary>
    /// <exception cref="DataFormatException">The value is missing or a list.</exception>
    public ReadOnlySpan<char> GetText(int column) =>
        GetKind(column) is RowValueKind.Text or RowValueKind.Number ? _values.Text(column) : throw Unexpected(column, "a text");

    /// <summary>A column's whole number.</summary>
    /// <exception cref="DataFormatException">The value is missing, a list, or not a whole number of 64 bits.</exception>
    public long GetInteger(int column) =>
        _values.TryGetInteger(column, out long value) ? value : throw Unexpected(column, "a whole number of 64 bits");

    /// <summary>A column's number.</summary>
    /// <exception cref="DataFormatException">The value is missing, a list, or not a finite number.</exception>
    public double GetNumber(int column) =>
        _values.TryGetNumber(column, out double value) ? value : throw Unexpected(column, "a finite number");

    /// <summary>A column's list; a missing one is empty.</summary>
    /// <param name="column">The column's number.</param>
    /// <param name="separator">What stands between the elements where the list is written as one text; null: such a text is the one element.</param>
    public IReadOnlyList<string> GetList(int column, char? separator = null) => GetKind(column) switch
    {
        RowValueKind.Missing => [],
        RowValueKind.List => _values.List(column),
        _ => separator is { } mark ? _values.Text(column).ToString().Split(mark) : [_values.Text(column).ToString()],
    };

    /// <summary>The error that a column of this row is not as it should be.</summary>
    /// <param name="column">The column's number.</param>
    /// <param name="expected">What was expected, such as "a whole number".</param>
    public DataFormatException Unexpected(int column, string expected)
    {
        string came = GetKind(column) switch
        {
            RowValueKind.Missing => DescribeMissing(column),
            RowValueKind.List => $"column {DataFormatException.Quote(Columns[column])} is a list",
            _ => $"column {DataFormatException.Quote(Columns[column])} is {DataFormatException.Quote(_values.Text(column))}",
        };
        return new(Source.Name, Place, $"{came}, expected {expected}.", isOneRow: true)
        {
            MissingColumn = GetKind(column) == RowValueKind.Missing && IsNowhere(column) ? Columns[column] : null,
        };
    }

    /// <summary>The error that this row cannot be read; reading could go on behind it.</summary>
    public DataFormatException BadRow(string problem, Exception? innerException = null) => new(Source.Name, Place, problem, isOneRow: true, innerException);

    /// <summary>Closes the source.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Reads the next row into the values, which are all missing before.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="DataFormatException">The row cannot be read.</exception>
    protected abstract ValueTask<bool> ReadRowAsync(CancellationToken cancellationToken);

    /// <summary>Whether no row so far had a column that need not be in every row.</summary>
    internal virtual bool IsNowhere(int column) => false;

    /// <summary>Says that a column is missing in this row.</summary>
    protected virtual string DescribeMissing(int column) => $"column {DataFormatException.Quote(Columns[column])} is empty";

    /// <summary>Sets a column of this row to a text.</summary>
    protected void SetText(int column, ReadOnlySpan<char> text) => _values.SetText(column, text, RowValueKind.Text);

    /// <summary>Sets a column of this row to a number in invariant spelling, to be parsed when it is asked for.</summary>
    protected void SetNumber(int column, ReadOnlySpan<char> spelling) => _values.SetText(column, spelling, RowValueKind.Number);

    /// <summary>Sets a column of this row to a whole number.</summary>
    protected void SetNumber(int column, long value) => _values.SetInteger(column, value);

    /// <summary>Sets a column of this row to a number.</summary>
    protected void SetNumber(int column, double value) => _values.SetNumber(column, value);

    /// <summary>Sets a column of this row to a list.</summary>
    protected void SetList(int column, IReadOnlyList<string> elements) => _values.SetList(column, elements);

    private bool MaySkip(DataFormatException bad) => bad.IsOneRow && Source.Options.BadRows == BadRowPolicy.Skip;

    private void ThrowIfNoRow()
    {
        if (RowCount > 0)
        {
            return;
        }

        string problem = Skipped.Count > 0
            ? FormattableString.Invariant($"all {Skipped.Count} rows were left out, expected at least one that can be read. The first: {Skipped.FirstMessages[0]}")
            : "there are no rows, expected at least one.";
        throw new DataFormatException(Source.Name, null, problem, isOneRow: false);
    }
}
