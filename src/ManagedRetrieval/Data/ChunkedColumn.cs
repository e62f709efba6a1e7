namespace ManagedRetrieval.Data;

/// <summary>A column that grows without copying what it holds.</summary>
internal sealed class ChunkedColumn<T>
    where T : unmanaged
{
    // Large enough that a chunk's own cost is nothing, small enough that the last one wastes little.
    private const int ChunkLength = 1 << 18;

    private readonly List<T[]> _chunks = [];

    public int Count { get; private set; }

    public void Add(T value)
    {
        int offset = Count % ChunkLength;
        if (offset == 0)
        {
            _chunks.Add(GC.AllocateUninitializedArray<T>(ChunkLength));
        }

        _chunks[^1][offset] = value;
        Count = checked(Count + 1);
    }

    /// <summary>Takes everything out, chunk by chunk, so that the memory of both is not needed at once.</summary>
    public T[] Drain()
    {
        T[] all = GC.AllocateUninitializedArray<T>(Count);
        for (int i = 0; i < _chunks.Count; i++)
        {
            int start = i * ChunkLength;
            _chunks[i].AsSpan(0, Math.Min(ChunkLength, Count - start)).CopyTo(all.AsSpan(start));
            _chunks[i] = [];
        }

        _chunks.Clear();
        Count = 0;
        return all;
    }
}
