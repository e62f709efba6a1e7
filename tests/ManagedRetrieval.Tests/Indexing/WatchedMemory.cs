using System.Buffers;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Memory that counts how often it is asked for its numbers.</summary>
internal sealed class WatchedMemory<T>(T[] numbers) : MemoryManager<T>
    where T : unmanaged
{
    private int _looks;

    public int Looks => _looks;

    /// <summary>Done at each look.</summary>
    public Action? WhenSeen { get; set; }

    public override Memory<T> Memory => CreateMemory(numbers.Length);

    public override Span<T> GetSpan()
    {
        Interlocked.Increment(ref _looks);
        WhenSeen?.Invoke();
        return numbers;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
    }
}
