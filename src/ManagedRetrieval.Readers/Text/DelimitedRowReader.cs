using System.Globalization;
using System.Text;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Text;

/// <summary>Reads values between commas or tabs below a header.</summary>
internal sealed class DelimitedRowReader : TextRowReader
{
    private readonly DelimitedScanner _scanner;
    private readonly int _width;
    private readonly int[] _fields;

    private DelimitedRowReader(RowSource source, IReadOnlyList<string> columns, RecordStream records, DelimitedScanner scanner, string[] header)
        : base(source, columns, records)
    {
        (_scanner, _width) = (scanner, header.Length);
        _fields = [.. columns.Select(column => Array.IndexOf(header, column))];
    }

    public static async ValueTask<DelimitedRowReader> OpenAsync(
        RowSource source, IReadOnlyList<string> columns, Stream stream, byte delimiter, CancellationToken cancellationToken)
    {
        var scanner = new DelimitedScanner(delimiter);
        var records = new RecordStream(source, stream, scanner);
        if (!await records.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new DataFormatException(source.Name, null, "the file holds only empty lines, expected a header of column names.", isOneRow: false);
        }

        return new DelimitedRowReader(source, columns, records, scanner, ReadHeader(source, columns, records, scanner));
    }

    protected override async ValueTask<bool> ReadRowAsync(CancellationToken cancellationToken)
    {
        if (!await Records.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        if (DescribeDamage(Source, Records, _scanner) is { } damage)
        {
            throw damage;
        }

        ReadOnlySpan<DelimitedField> fields = _scanner.Fields;
        if (fields.Length != _width)
        {
            throw BadRow(string.Create(CultureInfo.InvariantCulture, $"the number of values is {fields.Length}, expected {_width} as in the header."));
        }

        for (int i = 0; i < _fields.Length; i++)
        {
            DelimitedField field = fields[_fields[i]];
            if (field.Length > 0)
            {
                Span<char> text = Decode(Records.Record.Slice(field.Start, field.Length));
                SetText(i, field.HasPairs ? MergePairs(text) : text);
            }
        }

        return true;
    }

    private static string[] ReadHeader(RowSource source, IReadOnlyList<string> columns, RecordStream records, DelimitedScanner scanner)
    {
        if (DescribeDamage(source, records, scanner) is { } damage)
        {
            throw new DataFormatException(damage.Message, damage);
        }

        var header = new string[scanner.Fields.Length];
        for (int i = 0; i < header.Length; i++)
        {
            DelimitedField field = scanner.Fields[i];
            char[] name = Encoding.UTF8.GetString(records.Record.Slice(field.Start, field.Length)).ToCharArray();
            header[i] = new string(field.HasPairs ? MergePairs(name) : name);
            int first = Array.IndexOf(header, header[i]);

            // Tables written with a nameless index have such a column; nobody can ask for it.
            if (first < i && header[i].Length > 0)
            {
                throw new DataFormatException(
                    source.Name,
                    records.Place,
                    string.Create(CultureInfo.InvariantCulture, $"columns {first + 1} and {i + 1} of the header are both called {DataFormatException.Quote(header[i])}, expected names that differ."),
                    isOneRow: false);
            }
        }

        foreach (string name in header)
        {
            if (source.Options.DescribeUnknown(name) is { } unknown)
            {
                throw new DataFormatException(source.Name, records.Place, unknown, isOneRow: false);
            }
        }

        foreach (string column in columns)
        {
            if (Array.IndexOf(header, column) < 0)
            {
                throw new DataFormatException(
                    source.Name,
                    records.Place,
                    $"the header has no column {DataFormatException.Quote(column)}, only {DataFormatException.List(header)}.",
                    isOneRow: false)
                {
                    MissingColumn = column,
                };
            }
        }

        return header;
    }

    private static DataFormatException? DescribeDamage(RowSource source, RecordStream records, DelimitedScanner scanner)
    {
        if (scanner.UnclosedAt >= 0)
        {
            // All that follows would be left out with it, so this is not one bad row.
            return new DataFormatException(
                source.Name,
                records.PlaceOf(scanner.UnclosedAt),
                "a quoted value begins here and does not end before the end of the file, expected a closing quote.",
                isOneRow: false);
        }

        string? problem = scanner.MalformedField > 0
            ? string.Create(CultureInfo.InvariantCulture, $"value {scanner.MalformedField} goes on behind its closing quote, expected a delimiter or the end of the line there, and two quotes for a quote within quotes.")
            : records.DescribeInvalidText();
        return problem is null ? null : new DataFormatException(source.Name, records.Place, problem, isOneRow: true);
    }

    private static Span<char> MergePairs(Span<char> text)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            text[length++] = text[i];
            if (text[i] == '"')
            {
                // Its twin, which is there, since a single one would have ended the value.
                i++;
            }
        }

        return text[..length];
    }
}
