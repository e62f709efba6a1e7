namespace ManagedRetrieval.Persistence;

/// <summary>Payloads in memory, each in blocks: an array of bytes may not be as long as a tensor.</summary>
internal sealed class LoadedPayloads(SafetensorsInfo[] tensors, int blockBytes = 1 << 30) : SafetensorsPayloads
{
    private readonly byte[][][] _blocks = new byte[tensors.Length][][];

    /// <summary>Makes room for a tensor.</summary>
    public void Allocate(int tensor)
    {
        long left = tensors[tensor].ByteLength;
        byte[][] blocks = new byte[(left + blockBytes - 1) / blockBytes][];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = GC.AllocateUninitializedArray<byte>((int)Math.Min(blockBytes, left));
            left -= blocks[i].Length;
        }

        _blocks[tensor] = blocks;
    }

    /// <summary>The room for a tensor's bytes from <paramref name="offset"/> on, as much as lies in one block; empty at the end.</summary>
    public Memory<byte> From(int tensor, long offset)
    {
        byte[][] blocks = _blocks[tensor];
        int block = (int)(offset / blockBytes);
        return block < blocks.Length ? blocks[block].AsMemory((int)(offset % blockBytes)) : Memory<byte>.Empty;
    }

    /// <inheritdoc/>
    public override void Read(int tensor, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> bytes = From(tensor, offset).Span;
            bytes = bytes[..Math.Min(bytes.Length, destination.Length)];
            bytes.CopyTo(destination);
            destination = destination[bytes.Length..];
            offset += bytes.Length;
        }
    }

    /// <inheritdoc/>
    public override bool TryView<T>(int tensor, out ReadOnlyMemory<T> view)
    {
        view = default;
        return false;
    }

    /// <inheritdoc/>
    public override void Close()
    {
    }
}
