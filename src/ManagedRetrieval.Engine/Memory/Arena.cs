namespace ManagedRetrieval.Engine.Memory;

/// <summary>Memory for one step: handed out in order, taken back all at once.</summary>
/// <remarks>
/// The first steps may add blocks; <see cref="Reset"/> merges them into one, so that from then on a step of the same
/// size allocates nothing and touches the same pages. Not safe for several threads at once.
/// </remarks>
internal sealed class Arena<T>
    where T : unmanaged
{
    private const int SmallestBlock = 1 << 14;

    private readonly List<Memory<T>> _blocks = [];
    private int _block;
    private int _used;

    /// <summary>Hands out <paramref name="length"/> elements with whatever they held, starting on a cache line.</summary>
    public Memory<T> Allocate(int length)
    {
        int rounded = AlignedBuffer.RoundUp<T>(length);
        while (_block < _blocks.Count && _blocks[_block].Length - _used < rounded)
        {
            _block++;
            _used = 0;
        }

        if (_block == _blocks.Count)
        {
            _blocks.Add(AlignedBuffer.Allocate<T>(Math.Max(rounded, SmallestBlock)));
        }

        Memory<T> memory = _blocks[_block].Slice(_used, length);
        _used += rounded;
        return memory;
    }

    /// <summary>Takes back everything; what was handed out must no longer be used.</summary>
    public void Reset()
    {
        if (_blocks.Count > 1)
        {
            long capacity = 0;
            foreach (Memory<T> block in _blocks)
            {
                capacity += block.Length;
            }

            if (capacity <= Array.MaxLength - AlignedBuffer.Alignment)
            {
                _blocks.Clear();
                _blocks.Add(AlignedBuffer.Allocate<T>((int)capacity));
            }
        }

        _block = 0;
        _used = 0;
    }
}
