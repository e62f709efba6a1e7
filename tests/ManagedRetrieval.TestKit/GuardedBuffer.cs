using System.Buffers;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.TestKit;

/// <summary>Guarded memory as the buffer of a mapping: its end is where the operating system allows no access.</summary>
/// <remarks>Once it is released, there is no access to the rest of it either.</remarks>
public sealed unsafe class GuardedBuffer : SafeBuffer
{
    private readonly GuardedMemory<byte> _memory;

    /// <summary>Zeros, up to the guarded end.</summary>
    public GuardedBuffer(int length)
        : base(ownsHandle: true)
    {
        _memory = new GuardedMemory<byte>(length);
        using MemoryHandle pinned = _memory.Pin();
        SetHandle((nint)pinned.Pointer);
        Initialize((ulong)length);
    }

    /// <summary>A buffer with these bytes.</summary>
    public static GuardedBuffer Of(ReadOnlySpan<byte> bytes)
    {
        var buffer = new GuardedBuffer(bytes.Length);
        bytes.CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>All bytes.</summary>
    public Span<byte> Span => _memory.GetSpan();

    /// <summary>Whether nothing uses the buffer any more.</summary>
    public bool IsReleased => IsClosed;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        ((IDisposable)_memory).Dispose();
        return true;
    }
}
