using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.TestKit;

/// <summary>Memory that ends where the operating system allows no access: one element read or written beyond it ends the process.</summary>
/// <remarks>On systems without these calls it is ordinary memory.</remarks>
public sealed unsafe class GuardedMemory<T> : MemoryManager<T>
    where T : unmanaged
{
    private const int ReadWrite = 3, None = 0, PrivateAnonymous = 0x22;

    private readonly int _length;
    private readonly nuint _bytes;
    private readonly nint _pages;
    private readonly T[] _ordinary;

    /// <summary>Zeros.</summary>
    public GuardedMemory(int length)
    {
        _length = length;
        _ordinary = [];
        if (!OperatingSystem.IsLinux())
        {
            _ordinary = GC.AllocateArray<T>(length, pinned: true);
            return;
        }

        nuint page = (nuint)Environment.SystemPageSize;
        nuint room = (((nuint)length * (nuint)sizeof(T)) + page - 1) / page * page;
        _bytes = room + page;
        _pages = GuardedPages.Map(0, _bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if (_pages == -1 || GuardedPages.Protect(_pages + (nint)room, page, None) != 0)
        {
            throw new InvalidOperationException("There is no guarded memory to be had.");
        }
    }

    private T* Start => _pages == 0
        ? (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_ordinary))
        : (T*)(_pages + (nint)_bytes - Environment.SystemPageSize) - _length;

    /// <summary>Guarded memory with the same elements.</summary>
    public static GuardedMemory<T> Of(ReadOnlySpan<T> elements)
    {
        var memory = new GuardedMemory<T>(elements.Length);
        elements.CopyTo(memory.GetSpan());
        return memory;
    }

    /// <inheritdoc/>
    public override Span<T> GetSpan() => new(Start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_pages != 0)
        {
            _ = GuardedPages.Unmap(_pages, _bytes);
        }
    }
}
