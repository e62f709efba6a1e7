using System.Buffers;

namespace ManagedRetrieval.Engine.Memory;

/// <summary>Elements of a <see cref="MappedFile"/>, in place. They may be read, never written.</summary>
/// <remarks>It keeps the mapping alive; a span alone does not, so whoever takes one keeps the memory reachable for as long.</remarks>
internal sealed class MappedMemory<T>(MappedFile file, long offset, int length) : MemoryManager<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public override Memory<T> Memory => CreateMemory(length);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public override Span<T> GetSpan() => file.Span<T>(offset, length);

    /// <inheritdoc/>
    /// <remarks>The handle refers to this object, and so keeps the mapping alive.</remarks>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
        return new MemoryHandle(file.Address<T>(offset) + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
