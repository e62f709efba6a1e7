using System.Buffers;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>A length without memory: for what must be refused before it is looked at.</summary>
internal sealed class UnseenMemory(int length) : MemoryManager<float>
{
    public override Memory<float> Memory => CreateMemory(length);

    public override Span<float> GetSpan() => throw new InvalidOperationException("The memory was looked at.");

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
