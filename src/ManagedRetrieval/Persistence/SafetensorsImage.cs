namespace ManagedRetrieval.Persistence;

/// <summary>The bytes of a whole file, handed out front to back.</summary>
internal sealed class SafetensorsImage(byte[] header, IReadOnlyList<TensorSource> payloads)
{
    /// <summary>Bytes to ask for at a time: large for the disk, small enough to stay in the cache while hashed.</summary>
    public const int ChunkBytes = 1 << 20;

    private int _part = -1;
    private int _offset;

    /// <summary>Fills the buffer as far as bytes are left and returns how many it wrote; 0 at the end.</summary>
    public int Fill(Span<byte> buffer)
    {
        int filled = 0;
        while (filled < buffer.Length && _part < payloads.Count)
        {
            ReadOnlySpan<byte> part = _part < 0 ? header : payloads[_part].Bytes;
            int taken = Math.Min(part.Length - _offset, buffer.Length - filled);
            part.Slice(_offset, taken).CopyTo(buffer[filled..]);
            filled += taken;
            _offset += taken;
            if (_offset == part.Length)
            {
                _part++;
                _offset = 0;
            }
        }

        return filled;
    }
}
