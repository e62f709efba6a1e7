using System.Buffers.Binary;
using System.Text;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Makes the checksums of a changed file right again, as far as it still has the places for them: what lies behind the checksums is to be tested too.</summary>
internal static class FileSeal
{
    public static byte[] Seal(byte[] file)
    {
        if (!TryHeader(file, out int length))
        {
            return file;
        }

        string header = Encoding.Latin1.GetString(file, SafetensorsHeader.PrefixBytes, length);
        ReadOnlySpan<byte> data = file.AsSpan(SafetensorsHeader.PrefixBytes + length);
        if (Parse(file, length) is { } parsed && Find(header, SafetensorsHeader.TensorChecksumsKey, out int start, out int end))
        {
            header = string.Concat(header.AsSpan(0, start), Checksums(parsed, data), header.AsSpan(end));
        }

        byte[] bytes = Encoding.Latin1.GetBytes(header);
        if (Find(header, SafetensorsHeader.HeaderChecksumKey, out start, out end) && end - start == SafetensorsHeader.Digits)
        {
            Encoding.ASCII.GetBytes(SafetensorsHeader.Hex(SafetensorsHeader.Checksum(bytes, start)), bytes.AsSpan(start));
        }

        return WithHeader(bytes, data);
    }

    /// <summary>A file of a header and data, whose first bytes say how long the header is.</summary>
    public static byte[] WithHeader(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        byte[] file = new byte[SafetensorsHeader.PrefixBytes + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file.AsSpan(SafetensorsHeader.PrefixBytes));
        data.CopyTo(file.AsSpan(SafetensorsHeader.PrefixBytes + header.Length));
        return file;
    }

    /// <summary>The header's length, if the file is as long as that.</summary>
    public static bool TryHeader(byte[] file, out int length)
    {
        ulong claimed = file.Length < SafetensorsHeader.PrefixBytes ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(file);
        bool whole = claimed > 0 && claimed <= (ulong)(file.Length - SafetensorsHeader.PrefixBytes);
        length = whole ? (int)claimed : 0;
        return whole;
    }

    /// <summary>What a header says; null if it is not well-formed.</summary>
    public static ParsedHeader? Parse(byte[] file, int length)
    {
        try
        {
            return SafetensorsHeaderParser.Parse("", file.AsSpan(SafetensorsHeader.PrefixBytes, length));
        }
        catch (SnapshotFormatException)
        {
            return null;
        }
    }

    private static string Checksums(ParsedHeader parsed, ReadOnlySpan<byte> data)
    {
        var checksums = new List<string>();
        foreach (SafetensorsInfo tensor in parsed.Tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            int begin = (int)Math.Min(tensor.Begin, data.Length), end = (int)Math.Clamp(tensor.End, begin, data.Length);
            checksums.Add(SafetensorsHeader.Hex(XxHash64.Hash(data[begin..end])));
        }

        return string.Join(' ', checksums);
    }

    private static bool Find(string header, string key, out int start, out int end)
    {
        string opening = $"\"{key}\":\"";
        start = header.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
        end = start < opening.Length ? -1 : header.IndexOf('"', start);
        return end >= 0;
    }
}
