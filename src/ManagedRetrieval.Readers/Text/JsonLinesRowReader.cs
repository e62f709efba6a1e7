using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Text;

/// <summary>Reads one JSON object a line; its properties are the columns.</summary>
/// <remarks>A property that is not there is a missing value, as null is, but each column must be there in some line.</remarks>
internal sealed class JsonLinesRowReader : TextRowReader
{
    private readonly bool[] _wasSeen;
    private readonly bool[] _isHere;
    private string? _firstNames;

    public JsonLinesRowReader(RowSource source, IReadOnlyList<string> columns, Stream stream)
        : base(source, columns, new RecordStream(source, stream, new LineScanner()))
    {
        _wasSeen = new bool[columns.Count];
        _isHere = new bool[columns.Count];
    }

    protected override async ValueTask<bool> ReadRowAsync(CancellationToken cancellationToken)
    {
        if (!await Records.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            ThrowIfNeverSeen();
            return false;
        }

        CheckText();
        try
        {
            Parse();
        }
        catch (JsonException invalid)
        {
            throw BadRow(
                string.Create(CultureInfo.InvariantCulture, $"this is not valid JSON, expected one object. {Reason(invalid)} (byte {(invalid.BytePositionInLine ?? 0) + 1} of the line)"), invalid);
        }
        catch (InvalidOperationException invalid)
        {
            // Escapes may spell half a surrogate pair; only decoding a text finds out.
            throw BadRow("a text is not valid Unicode.", invalid);
        }

        _firstNames ??= Names();
        return true;
    }

    protected override string DescribeMissing(int column) =>
        _isHere[column]
            ? $"property {DataFormatException.Quote(Columns[column])} is null"
            : $"there is no property {DataFormatException.Quote(Columns[column])}, only {Names()}";

    internal override bool IsNowhere(int column) => !_wasSeen[column];

    private void Parse()
    {
        Array.Clear(_isHere);
        var json = new Utf8JsonReader(Records.Record);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            throw BadRow($"the line is {Describe(json.TokenType)}, expected an object.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            int column = 0;
            while (column < Columns.Count && !json.ValueTextEquals(Columns[column]))
            {
                column++;
            }

            if (column == Columns.Count)
            {
                if (Source.Options.KnownColumns is not null && Source.Options.DescribeUnknown(json.GetString()!) is { } unknown)
                {
                    throw BadRow(unknown);
                }

                json.Read();
                json.Skip();
                continue;
            }

            if (_isHere[column])
            {
                throw BadRow($"property {DataFormatException.Quote(Columns[column])} comes twice, expected once.");
            }

            json.Read();
            _isHere[column] = true;
            _wasSeen[column] = true;
            Set(column, ref json);
        }

        // What stands behind the object is an error of the format, which reading on finds.
        json.Read();
    }

    private void Set(int column, ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.Number:
                SetNumber(column, Decode(json.ValueSpan));
                break;
            case JsonTokenType.StartArray:
                SetList(column, ReadList(column, ref json));
                break;
            case JsonTokenType.StartObject:
                throw BadRow($"property {DataFormatException.Quote(Columns[column])} is an object, expected a text, a number or a list.");
            default:
                SetText(column, ReadText(ref json));
                break;
        }
    }

    private List<string> ReadList(int column, ref Utf8JsonReader json)
    {
        var elements = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType is JsonTokenType.Null or JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                throw BadRow(string.Create(
                    CultureInfo.InvariantCulture,
                    $"element {elements.Count + 1} of list {DataFormatException.Quote(Columns[column])} is {Describe(json.TokenType)}, expected a text or a number."));
            }

            elements.Add(ReadText(ref json).ToString());
        }

        return elements;
    }

    // Numbers and truth values are texts as they are spelled.
    private ReadOnlySpan<char> ReadText(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String && json.ValueIsEscaped ? json.GetString().AsSpan() : Decode(json.ValueSpan);

    private string Names()
    {
        var names = new List<string>();
        var json = new Utf8JsonReader(Records.Record);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // A name that is not valid Unicode stands as it is escaped.
            names.Add(Decode(json.ValueSpan).ToString());
            json.Read();
            json.Skip();
        }

        return DataFormatException.List(names);
    }

    private void ThrowIfNeverSeen()
    {
        int column = Array.IndexOf(_wasSeen, false);
        if (column >= 0 && _firstNames is not null)
        {
            throw new DataFormatException(
                Source.Name, null, $"no line has a property {DataFormatException.Quote(Columns[column])}; the first has only {_firstNames}.", isOneRow: false)
            {
                MissingColumn = Columns[column],
            };
        }
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.Null => "null",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        _ => "a truth value",
    };

    // The reader's own message ends with a line number, always 0 here.
    private static string Reason(JsonException invalid) => invalid.Message.Split(" LineNumber:")[0];
}
