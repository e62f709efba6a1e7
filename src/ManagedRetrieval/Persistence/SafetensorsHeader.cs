using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace ManagedRetrieval.Persistence;

/// <summary>The header's fixed facts, and its bytes: length prefix, JSON with checksums, padding.</summary>
internal static class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>Metadata key of the header's own checksum.</summary>
    public const string HeaderChecksumKey = "xxh64_header";

    /// <summary>Metadata key of the tensors' checksums, in file order, separated by single spaces.</summary>
    public const string TensorChecksumsKey = "xxh64_tensors";

    /// <summary>Hexadecimal digits of a checksum, always all of them and in lower case.</summary>
    public const int Digits = 16;

    public const int PrefixBytes = sizeof(ulong);

    /// <summary>The format's own limit on the JSON header.</summary>
    public const int LongestHeader = 100_000_000;

    // A cache line and the widest vector.
    private const int Alignment = 64;

    private static readonly string ZeroDigits = new('0', Digits);

    public static bool IsReserved(string metadataKey) => metadataKey is HeaderChecksumKey or TensorChecksumsKey;

    public static string Hex(ulong checksum) => checksum.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>XXH64 of the length prefix and the header, reading the checksum's own digits as zeros.</summary>
    public static ulong Checksum(ReadOnlySpan<byte> header, int digitsStart)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        Span<byte> zeros = stackalloc byte[Digits];
        zeros.Fill((byte)'0');
        var hash = new XxHash64();
        hash.Append(prefix);
        hash.Append(header[..digitsStart]);
        hash.Append(zeros);
        hash.Append(header[(digitsStart + Digits)..]);
        return hash.Digest();
    }

    /// <summary>Length prefix and header of tensors in file order.</summary>
    public static byte[] Build(
        IReadOnlyList<SafetensorsInfo> tensors,
        IReadOnlyList<ulong> checksums,
        IEnumerable<KeyValuePair<string, string>> sortedMetadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(MetadataKey);
            writer.WriteString(HeaderChecksumKey, ZeroDigits);
            writer.WriteString(TensorChecksumsKey, string.Join(' ', checksums.Select(Hex)));
            foreach ((string key, string value) in sortedMetadata)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            foreach (SafetensorsInfo tensor in tensors)
            {
                WriteTensor(writer, tensor);
            }

            writer.WriteEndObject();
        }

        int total = (PrefixBytes + json.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (total - PrefixBytes > LongestHeader)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"The names, shapes and metadata need a header of {total - PrefixBytes} bytes; the format allows {LongestHeader}."));
        }

        byte[] bytes = new byte[total];
        Span<byte> header = bytes.AsSpan(PrefixBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.Fill((byte)' ');
        json.WrittenSpan.CopyTo(header);

        int digitsStart = "{\"__metadata__\":{\"xxh64_header\":\""u8.Length;
        Checksum(header, digitsStart).TryFormat(
            header.Slice(digitsStart, Digits), out _, "x16", CultureInfo.InvariantCulture);
        return bytes;
    }

    private static void WriteTensor(Utf8JsonWriter writer, SafetensorsInfo tensor)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.Type.Label());
        writer.WriteStartArray("shape");
        foreach (long dimension in tensor.Shape)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(tensor.Begin);
        writer.WriteNumberValue(tensor.End);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
