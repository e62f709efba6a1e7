using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Text;

/// <summary>Reads lines of a user and the user's items; each item makes a row.</summary>
internal sealed class AdjacencyRowReader : TextRowReader
{
    private static readonly string[] Known = ["user", "item"];

    private readonly int _userColumn;
    private readonly int _itemColumn;
    private int _userStart;
    private int _userLength;
    private int _position;

    public AdjacencyRowReader(RowSource source, IReadOnlyList<string> columns, Stream stream)
        : base(source, columns, new RecordStream(source, stream, new LineScanner()))
    {
        foreach (string column in columns)
        {
            if (!Known.Contains(column, StringComparer.Ordinal))
            {
                throw new DataFormatException(
                    source.Name, null, $"adjacency text has no column {DataFormatException.Quote(column)}, only {DataFormatException.List(Known)}.", isOneRow: false)
                {
                    MissingColumn = column,
                };
            }
        }

        string[] names = [.. columns];
        (_userColumn, _itemColumn) = (Array.IndexOf(names, Known[0]), Array.IndexOf(names, Known[1]));
    }

    protected override async ValueTask<bool> ReadRowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            (int start, int length) = NextWord();
            if (length > 0)
            {
                Set(_userColumn, _userStart, _userLength);
                Set(_itemColumn, start, length);
                return true;
            }

            // A user without an item makes no row.
            if (!await Records.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            // A line that is refused is done with.
            _position = Records.Record.Length;
            CheckText();
            _position = 0;
            (_userStart, _userLength) = NextWord();
        }
    }

    private (int Start, int Length) NextWord()
    {
        ReadOnlySpan<byte> line = Records.Record;
        while (_position < line.Length && IsBlank(line[_position]))
        {
            _position++;
        }

        int start = _position;
        while (_position < line.Length && !IsBlank(line[_position]))
        {
            _position++;
        }

        return (start, _position - start);
    }

    private void Set(int column, int start, int length)
    {
        if (column >= 0)
        {
            SetText(column, Decode(Records.Record.Slice(start, length)));
        }
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r';
}
