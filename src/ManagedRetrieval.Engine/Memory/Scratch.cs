using System.Buffers;

namespace ManagedRetrieval.Engine.Memory;

/// <summary>Working memory that a kernel's caller rents for the time of one call.</summary>
/// <remarks>
/// It belongs to the call, not to a worker: a team that is busy runs its caller's parts inline, so two threads may
/// carry the same worker number at once.
/// </remarks>
internal readonly ref struct Scratch<T>
    where T : unmanaged
{
    private readonly T[] _array;

    /// <summary>Rents <paramref name="length"/> elements with whatever they held.</summary>
    public Scratch(int length)
    {
        _array = ArrayPool<T>.Shared.Rent(length);
        Span = _array.AsSpan(0, length);
    }

    /// <summary>The rented elements.</summary>
    public Span<T> Span { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ArrayPool<T>.Shared.Return(_array);
}
