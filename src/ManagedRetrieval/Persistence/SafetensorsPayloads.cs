using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Persistence;

/// <summary>Where the bytes of a file's tensors are.</summary>
internal abstract class SafetensorsPayloads
{
    /// <summary>Copies bytes of a tensor, as they lie in the file.</summary>
    /// <param name="tensor">Its place in the file's order.</param>
    /// <param name="offset">The first of its bytes to copy.</param>
    /// <param name="destination">As many as it is long.</param>
    public abstract void Read(int tensor, long offset, Span<byte> destination);

    /// <summary>The elements of a tensor in place, where its bytes lie as elements of the type do; it must not be written.</summary>
    public abstract bool TryView<T>(int tensor, out ReadOnlyMemory<T> view)
        where T : unmanaged;

    /// <summary>Keeps what views lie in until what it returns is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It was given up.</exception>
    public virtual MappedHold Hold() => default;

    /// <summary>Says that a view goes where nobody calls <see cref="Hold"/>.</summary>
    /// <exception cref="ObjectDisposedException">It was given up before.</exception>
    public virtual void LetOut()
    {
    }

    /// <summary>Gives up what the bytes lie in.</summary>
    public abstract void Close();
}
