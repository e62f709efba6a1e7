namespace ManagedRetrieval.Persistence;

/// <summary>The bytes of a whole file, handed out front to back.</summary>
internal sealed class SafetensorsImage(byte[] header, IReadOnlyList<SafetensorsInfo> infos, IReadOnlyList<ulong> checksums, IReadOnlyList<TensorSource> payloads)
{
    /// <summary>Bytes to ask for at a time: large for the disk, small enough to stay in the cache while hashed.</summary>
    public const int ChunkBytes = 1 << 20;

    private int _part = -1;
    private long _offset;
    private XxHash64 _hash = new();

    /// <summary>Fills the buffer as far as bytes are left and returns how many it wrote; 0 at the end.</summary>
    /// <exception cref="InvalidOperationException">A tensor changed since its checksum was made.</exception>
    public int Fill(Span<byte> buffer)
    {
        int filled = 0;
        while (filled < buffer.Length && _part < payloads.Count)
        {
            long length = _part < 0 ? header.Length : payloads[_part].ByteLength;
            int taken = (int)Math.Min(length - _offset, buffer.Length - filled);
            Span<byte> target = buffer.Slice(filled, taken);
            if (_part < 0)
            {
                header.AsSpan((int)_offset, taken).CopyTo(target);
            }
            else
            {
                payloads[_part].Read(_offset, target);
            }

            _hash.Append(target);
            filled += taken;
            _offset += taken;
            if (_offset == length)
            {
                EndPart();
            }
        }

        return filled;
    }

    private void EndPart()
    {
        // Memory is shared with its owner, who may go on training; such a file would be refused on load.
        if (_part >= 0 && _hash.Digest() != checksums[_part])
        {
            throw new InvalidOperationException($"The tensor '{infos[_part].Name}' changed while it was being saved.");
        }

        _hash = new XxHash64();
        _part++;
        _offset = 0;
    }
}
