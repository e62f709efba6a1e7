using System.Buffers.Binary;

namespace ManagedRetrieval.Persistence;

/// <summary>Reads and verifies a file front to back, one buffer at a time, without touching the stream itself.</summary>
/// <remarks>
/// The caller fills every buffer that <see cref="TryNext"/> hands out completely, synchronously or not. Nothing is
/// allocated on the word of the file before it is held against the file's length.
/// </remarks>
internal sealed class SafetensorsLoader(string source, long length, bool requireChecksums)
{
    private readonly byte[] _prefix = new byte[SafetensorsHeader.PrefixBytes];
    private Step _step = Step.Start;
    private byte[] _header = [];
    private SafetensorsInfo[] _tensors = [];
    private Dictionary<string, string> _metadata = [];
    private byte[][] _payloads = [];
    private string? _checksums;
    private XxHash64 _hash = new();
    private int _tensor;
    private int _offset;
    private int _chunk;

    private enum Step
    {
        Start,
        Prefix,
        Header,
        Payload,
    }

    /// <summary>Takes in the buffer handed out before and hands out the next one; false once the file is complete.</summary>
    public bool TryNext(out Memory<byte> buffer)
    {
        switch (_step)
        {
            case Step.Start:
                if (length < _prefix.Length)
                {
                    throw Bad($"the file has {length} bytes, expected at least the {_prefix.Length} of the header's length.");
                }

                _step = Step.Prefix;
                buffer = _prefix;
                return true;
            case Step.Prefix:
                AllocateHeader();
                _step = Step.Header;
                buffer = _header;
                return true;
            case Step.Header:
                TakeHeader();
                _step = Step.Payload;
                return TryNextChunk(out buffer);
            default:
                _hash.Append(_payloads[_tensor].AsSpan(_offset, _chunk));
                _offset += _chunk;
                return TryNextChunk(out buffer);
        }
    }

    public SafetensorsFile ToFile() => new(source, _tensors, _payloads, _metadata, hasChecksums: _checksums is not null);

    private void AllocateHeader()
    {
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(_prefix);
        ulong available = (ulong)(length - _prefix.Length);
        if (claimed is < 2 or > SafetensorsHeader.LongestHeader || claimed > available)
        {
            throw Bad($"this is no whole safetensors file: the header claims {claimed} bytes, expected 2 to {SafetensorsHeader.LongestHeader} and no more than the {available} that follow.");
        }

        _header = GC.AllocateUninitializedArray<byte>((int)claimed);
    }

    private void TakeHeader()
    {
        ParsedHeader parsed = SafetensorsHeaderParser.Parse(source, _header);
        _metadata = parsed.Metadata;
        CheckHeader(parsed);
        _tensors = SafetensorsLayout.Order(source, parsed.Tensors, length - _prefix.Length - _header.Length);

        // A checksum and the space between it and the next.
        int expected = Math.Max(0, (_tensors.Length * (SafetensorsHeader.Digits + 1)) - 1);
        if (_checksums is not null && _checksums.Length != expected)
        {
            throw Bad($"metadata '{SafetensorsHeader.TensorChecksumsKey}' has {_checksums.Length} characters, expected {expected} for {_tensors.Length} tensors.");
        }

        _header = [];
        _payloads = new byte[_tensors.Length][];
        _tensor = -1;
        BeginNextTensor();
    }

    private void CheckHeader(ParsedHeader parsed)
    {
        bool hasTensorChecksums = parsed.Metadata.Remove(SafetensorsHeader.TensorChecksumsKey, out _checksums);
        bool hasHeaderChecksum = parsed.Metadata.Remove(SafetensorsHeader.HeaderChecksumKey, out string? found);
        if (hasHeaderChecksum != hasTensorChecksums || (requireChecksums && !hasHeaderChecksum))
        {
            string missing = hasHeaderChecksum ? SafetensorsHeader.TensorChecksumsKey : SafetensorsHeader.HeaderChecksumKey;
            throw Bad($"the checksum '{missing}' is missing from the metadata: the file is damaged or was not written by this library.");
        }

        if (!hasHeaderChecksum)
        {
            return;
        }

        string computed = SafetensorsHeader.Hex(SafetensorsHeader.Checksum(_header, parsed.ChecksumStart));
        if (!string.Equals(found, computed, StringComparison.Ordinal))
        {
            throw Bad($"the header is damaged: its checksum is {computed}, expected {found}.");
        }
    }

    private bool TryNextChunk(out Memory<byte> buffer)
    {
        while (_tensor < _tensors.Length)
        {
            byte[] payload = _payloads[_tensor];
            _chunk = Math.Min(SafetensorsImage.ChunkBytes, payload.Length - _offset);
            if (_chunk > 0)
            {
                buffer = payload.AsMemory(_offset, _chunk);
                return true;
            }

            CheckTensor();
            BeginNextTensor();
        }

        buffer = default;
        return false;
    }

    private void BeginNextTensor()
    {
        _tensor++;
        _offset = 0;
        if (_tensor < _tensors.Length)
        {
            _hash = new XxHash64();
            _payloads[_tensor] = GC.AllocateUninitializedArray<byte>((int)_tensors[_tensor].ByteLength);
        }
    }

    private void CheckTensor()
    {
        if (_checksums is null)
        {
            return;
        }

        string computed = SafetensorsHeader.Hex(_hash.Digest());
        ReadOnlySpan<char> expected = _checksums.AsSpan(_tensor * (SafetensorsHeader.Digits + 1), SafetensorsHeader.Digits);
        if (!expected.SequenceEqual(computed))
        {
            throw SnapshotFormatException.InTensor(source, _tensors[_tensor].Name,
                $"the data is damaged: its checksum is {computed}, expected {expected}.");
        }
    }

    private SnapshotFormatException Bad(FormattableString problem) =>
        SnapshotFormatException.In(source, FormattableString.Invariant(problem));
}
