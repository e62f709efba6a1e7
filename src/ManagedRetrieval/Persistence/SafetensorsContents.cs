using System.Buffers.Binary;

namespace ManagedRetrieval.Persistence;

/// <summary>What a header says, once it agrees with itself, with its checksum and with the file's length.</summary>
internal sealed class SafetensorsContents
{
    // Of every tensor in file order, separated by single spaces; null where the file has none.
    private readonly string? _checksums;

    private SafetensorsContents(string source, SafetensorsInfo[] tensors, Dictionary<string, string> metadata, string? checksums) =>
        (Source, Tensors, Metadata, _checksums) = (source, tensors, metadata, checksums);

    /// <summary>What messages call the file.</summary>
    public string Source { get; }

    /// <summary>In the order of their data.</summary>
    public SafetensorsInfo[] Tensors { get; }

    /// <summary>Without the checksums.</summary>
    public Dictionary<string, string> Metadata { get; }

    /// <summary>Whether the file has checksums.</summary>
    public bool HasChecksums => _checksums is not null;

    /// <exception cref="SnapshotFormatException">The file is too short to say how long its header is.</exception>
    public static void RequirePrefix(string source, long fileLength)
    {
        if (fileLength < SafetensorsHeader.PrefixBytes)
        {
            throw Bad(source, $"the file has {fileLength} bytes, expected at least the {SafetensorsHeader.PrefixBytes} of the header's length.");
        }
    }

    /// <summary>The header's length, which the file's first bytes say.</summary>
    /// <exception cref="SnapshotFormatException">It is longer than the file or than the format allows.</exception>
    public static int HeaderLength(string source, ReadOnlySpan<byte> prefix, long fileLength)
    {
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        ulong available = (ulong)(fileLength - SafetensorsHeader.PrefixBytes);
        return claimed is >= 2 and <= SafetensorsHeader.LongestHeader && claimed <= available
            ? (int)claimed
            : throw Bad(source, $"this is no whole safetensors file: the header claims {claimed} bytes, expected 2 to {SafetensorsHeader.LongestHeader} and no more than the {available} that follow.");
    }

    /// <exception cref="SnapshotFormatException">The header is not well-formed, damaged, or does not fit the file.</exception>
    public static SafetensorsContents Read(string source, ReadOnlySpan<byte> header, long fileLength, bool requireChecksums)
    {
        ParsedHeader parsed = SafetensorsHeaderParser.Parse(source, header);
        string? checksums = TakeChecksums(source, header, parsed, requireChecksums);
        SafetensorsInfo[] tensors = SafetensorsLayout.Order(source, parsed.Tensors, fileLength - SafetensorsHeader.PrefixBytes - header.Length);

        // A checksum and the space between it and the next.
        int expected = Math.Max(0, (tensors.Length * (SafetensorsHeader.Digits + 1)) - 1);
        return checksums is null || checksums.Length == expected
            ? new SafetensorsContents(source, tensors, parsed.Metadata, checksums)
            : throw Bad(source, $"metadata '{SafetensorsHeader.TensorChecksumsKey}' has {checksums.Length} characters, expected {expected} for {tensors.Length} tensors.");
    }

    /// <summary>The checksum that the header says a tensor has; null where the file has none.</summary>
    public string? ChecksumOf(int tensor) => _checksums?.Substring(tensor * (SafetensorsHeader.Digits + 1), SafetensorsHeader.Digits);

    /// <summary>Holds a tensor's bytes against its checksum, if it has one.</summary>
    /// <exception cref="SnapshotFormatException">They differ.</exception>
    public void CheckTensor(int tensor, XxHash64 hash)
    {
        if (_checksums is null)
        {
            return;
        }

        string computed = SafetensorsHeader.Hex(hash.Digest());
        ReadOnlySpan<char> expected = _checksums.AsSpan(tensor * (SafetensorsHeader.Digits + 1), SafetensorsHeader.Digits);
        if (!expected.SequenceEqual(computed))
        {
            throw SnapshotFormatException.InTensor(Source, Tensors[tensor].Name,
                $"the data is damaged: its checksum is {computed}, expected {expected}.");
        }
    }

    private static string? TakeChecksums(string source, ReadOnlySpan<byte> header, ParsedHeader parsed, bool requireChecksums)
    {
        bool hasTensorChecksums = parsed.Metadata.Remove(SafetensorsHeader.TensorChecksumsKey, out string? checksums);
        bool hasHeaderChecksum = parsed.Metadata.Remove(SafetensorsHeader.HeaderChecksumKey, out string? found);
        if (hasHeaderChecksum != hasTensorChecksums || (requireChecksums && !hasHeaderChecksum))
        {
            string missing = hasHeaderChecksum ? SafetensorsHeader.TensorChecksumsKey : SafetensorsHeader.HeaderChecksumKey;
            throw Bad(source, $"the checksum '{missing}' is missing from the metadata: the file is damaged or was not written by this library.");
        }

        if (hasHeaderChecksum)
        {
            string computed = SafetensorsHeader.Hex(SafetensorsHeader.Checksum(header, parsed.ChecksumStart));
            if (!string.Equals(found, computed, StringComparison.Ordinal))
            {
                throw Bad(source, $"the header is damaged: its checksum is {computed}, expected {found}.");
            }
        }

        return checksums;
    }

    private static SnapshotFormatException Bad(string source, FormattableString problem) =>
        SnapshotFormatException.In(source, FormattableString.Invariant(problem));
}
