using System.Text.Json;
using System.Text.Unicode;

namespace ManagedRetrieval.Persistence;

/// <summary>What a header says, before it is held against the file.</summary>
internal sealed class ParsedHeader(List<SafetensorsInfo> tensors, Dictionary<string, string> metadata, int checksumStart)
{
    /// <summary>In the header's order.</summary>
    public List<SafetensorsInfo> Tensors { get; } = tensors;

    /// <summary>With the checksums, if there are any.</summary>
    public Dictionary<string, string> Metadata { get; } = metadata;

    /// <summary>Where the header checksum's digits start in the header; -1 without one.</summary>
    public int ChecksumStart { get; } = checksumStart;
}

/// <summary>Reads the JSON header; anything the format does not define is refused.</summary>
internal ref struct SafetensorsHeaderParser
{
    private readonly string _source;
    private readonly List<SafetensorsInfo> _tensors = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private Utf8JsonReader _reader;
    private int _checksumStart = -1;

    private SafetensorsHeaderParser(string source, ReadOnlySpan<byte> header)
    {
        _source = source;
        _reader = new Utf8JsonReader(header);
    }

    public static ParsedHeader Parse(string source, ReadOnlySpan<byte> header)
    {
        if (header[0] != (byte)'{')
        {
            throw SnapshotFormatException.In(source, FormattableString.Invariant(
                $"the header starts with byte 0x{header[0]:x2}, expected '{{'. Is this a safetensors file?"));
        }

        if (!Utf8.IsValid(header))
        {
            throw SnapshotFormatException.In(source, "the header is not valid UTF-8.");
        }

        try
        {
            var parser = new SafetensorsHeaderParser(source, header);
            parser.ReadRoot();
            return new ParsedHeader(parser._tensors, parser._metadata, parser._checksumStart);
        }
        catch (JsonException failure)
        {
            throw new SnapshotFormatException(
                $"'{source}': the header is not valid JSON: {SnapshotFormatException.Shorten(failure.Message)}", failure);
        }
    }

    private void ReadRoot()
    {
        _reader.Read();
        bool hasMetadata = false;
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (ReadKey("the header", out string name))
        {
            if (name != SafetensorsHeader.MetadataKey)
            {
                if (!names.Add(name))
                {
                    throw Bad($"the tensor '{SnapshotFormatException.Shorten(name)}' is there twice.");
                }

                _tensors.Add(ReadTensor(name));
            }
            else if (hasMetadata)
            {
                throw Bad($"'{name}' is there twice.");
            }
            else
            {
                hasMetadata = true;
                ReadMetadata();
            }
        }

        // Reading on to the end makes the reader check that nothing but white space follows.
        _reader.Read();
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataKey, "an object of strings");
        while (ReadKey(SafetensorsHeader.MetadataKey, out string key))
        {
            string field = $"metadata '{SnapshotFormatException.Shorten(key)}'";
            string value = ReadString(field);
            if (key == SafetensorsHeader.HeaderChecksumKey)
            {
                if (_reader.ValueIsEscaped || _reader.ValueSpan.Length != SafetensorsHeader.Digits)
                {
                    throw Bad($"{field} is '{SnapshotFormatException.Shorten(value)}', expected {SafetensorsHeader.Digits} hexadecimal digits.");
                }

                _checksumStart = (int)_reader.TokenStartIndex + 1;
            }

            if (!_metadata.TryAdd(key, value))
            {
                throw Bad($"{field} is there twice.");
            }
        }
    }

    private SafetensorsInfo ReadTensor(string name)
    {
        string tensor = $"tensor '{SnapshotFormatException.Shorten(name)}'";
        SafetensorsType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(JsonTokenType.StartObject, tensor, "an object");
        while (ReadKey(tensor, out string key))
        {
            bool isNew;
            switch (key)
            {
                case "dtype":
                    isNew = type is null;
                    string label = ReadString($"{tensor}: dtype");
                    type = SafetensorsTypes.TryParse(label, out SafetensorsType known) ? known
                        : throw Bad($"{tensor}: dtype '{SnapshotFormatException.Shorten(label)}' is not one of {SafetensorsTypes.Known}.");
                    break;
                case "shape":
                    isNew = shape is null;
                    shape = ReadNumbers($"{tensor}: shape");
                    break;
                case "data_offsets":
                    isNew = offsets is null;
                    offsets = ReadNumbers($"{tensor}: data_offsets");
                    break;
                default:
                    throw Bad($"{tensor}: unknown field '{SnapshotFormatException.Shorten(key)}', expected dtype, shape and data_offsets.");
            }

            if (!isNew)
            {
                throw Bad($"{tensor}: {key} is there twice.");
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            string missing = type is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Bad($"{tensor}: {missing} is missing.");
        }

        return offsets.Length == 2
            ? new SafetensorsInfo(name, type.Value, shape, offsets[0], offsets[1])
            : throw Bad(FormattableString.Invariant($"{tensor}: data_offsets holds {offsets.Length} numbers, expected 2."));
    }

    private bool ReadKey(string owner, out string key)
    {
        _reader.Read();
        bool more = _reader.TokenType == JsonTokenType.PropertyName;
        key = more ? Text($"a name in {owner}") : "";
        return more;
    }

    private string ReadString(string field)
    {
        Expect(JsonTokenType.String, field, "a string");
        return Text(field);
    }

    private readonly string Text(string field)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException failure)
        {
            // How the reader reports an escaped half of a surrogate pair.
            throw new SnapshotFormatException($"'{_source}': {field} is not valid Unicode.", failure);
        }
    }

    private long[] ReadNumbers(string field)
    {
        Expect(JsonTokenType.StartArray, field, "an array of whole numbers");
        var numbers = new List<long>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long number) || number < 0)
            {
                throw Bad(FormattableString.Invariant(
                    $"{field}: item {numbers.Count} is not a whole number from 0 to {long.MaxValue}."));
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private void Expect(JsonTokenType type, string field, string expected)
    {
        _reader.Read();
        if (_reader.TokenType != type)
        {
            throw Bad($"{field} is a JSON {_reader.TokenType}, expected {expected}.");
        }
    }

    private readonly SnapshotFormatException Bad(string problem) => SnapshotFormatException.In(_source, problem);
}
