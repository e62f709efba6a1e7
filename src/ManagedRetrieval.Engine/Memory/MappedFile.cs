using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.Engine.Memory;

/// <summary>A file as memory that is read in place.</summary>
/// <remarks>
/// <para>
/// A span into the mapping cannot be counted, so nobody could say when the last one is gone. Hence
/// <see cref="Dispose"/> ends the mapping at once only where no view was ever handed out. Otherwise it refuses new spans
/// and leaves the mapping to the garbage collector, which ends it when neither this object nor a view can be reached;
/// spans that other threads work on stay valid meanwhile.
/// </para>
/// <para>
/// Uses can be counted, though: an owner who promises to <see cref="Hold"/> the file while anybody works on spans of its views has
/// the mapping ended with the last use after <see cref="Dispose"/>. Uses that run then go on undisturbed. Where the owner let a view out
/// of its hands (<see cref="LetOut"/>), the garbage collector is left to end the mapping, and that view can be read as long as it can be reached.
/// </para>
/// <para>A file that becomes shorter while it is mapped cannot be guarded against: reading what is gone ends the process.</para>
/// </remarks>
internal sealed class MappedFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly SafeBuffer _buffer;
    private readonly long _start;
    private readonly IDisposable? _owner;
    private readonly bool _counted;
    private bool _viewed;
    private volatile bool _closed;

    /// <summary>Takes over a part of a buffer.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="buffer">The memory; it is released once nothing needs it.</param>
    /// <param name="start">Where the part starts in the buffer, in bytes.</param>
    /// <param name="length">The bytes of the part.</param>
    /// <param name="owner">Disposed together with this object; null for none.</param>
    /// <param name="counted">Whether whoever takes views holds the file while spans of them are in use.</param>
    public MappedFile(string name, SafeBuffer buffer, long start, long length, IDisposable? owner = null, bool counted = false) =>
        (_name, _buffer, _start, Length, _owner, _counted) = (name, buffer, start, length, owner, counted);

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a whole file, which may not be empty, for reading.</summary>
    /// <param name="file">Open for reading; it is closed with the mapping, so that its locks last as long.</param>
    /// <param name="length">The length to map.</param>
    /// <param name="counted">Whether whoever takes views holds the file while spans of them are in use.</param>
    public static MappedFile Of(FileStream file, long length, bool counted = false)
    {
        var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        try
        {
            MemoryMappedViewAccessor view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new MappedFile(file.Name, view.SafeMemoryMappedViewHandle, view.PointerOffset, length, mapping, counted);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>Copies bytes out.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        using MappedHold hold = Hold();
        Span<byte>(offset, destination.Length).CopyTo(destination);
    }

    /// <summary>Keeps the mapping until what it returns is disposed, whatever another thread disposes meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public MappedHold Hold()
    {
        ThrowIfClosed();
        bool held = false;
        try
        {
            _buffer.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // Another thread was faster; the buffer knows no name.
            ThrowIfClosed();
            throw;
        }

        return new MappedHold(_buffer);
    }

    /// <summary>Has disposing leave the mapping to the garbage collector: a view goes where nobody holds the file.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed, and nothing had been let out before.</exception>
    public void LetOut()
    {
        if (!Volatile.Read(ref _viewed))
        {
            lock (_gate)
            {
                if (!_viewed)
                {
                    ThrowIfClosed();
                    _viewed = true;
                }
            }
        }
    }

    /// <summary>
    /// Elements in place. The memory is of the type that tensors need, but may only be read: a write ends the process.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The file was disposed; so says the memory too, of a later call for its span, where uses are not counted.</exception>
    public Memory<T> View<T>(long offset, int length)
        where T : unmanaged
    {
        lock (_gate)
        {
            ThrowIfClosed();
            CheckRange<T>(offset, length);
            _viewed |= !_counted;
        }

        return new MappedMemory<T>(this, offset, length).Memory;
    }

    /// <summary>Whether elements of a type lie at whole multiples of their size, seen from a place in the file.</summary>
    public bool IsAligned<T>(long offset)
        where T : unmanaged =>
        (_buffer.DangerousGetHandle() + _start + offset) % Unsafe.SizeOf<T>() == 0;

    /// <summary>Ends the mapping, if need be with the last hold, or leaves its end to the garbage collector where views were handed out.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _owner?.Dispose();
            if (!_viewed)
            {
                _buffer.Dispose();
            }
        }
    }

    internal unsafe Span<T> Span<T>(long offset, int length)
        where T : unmanaged
    {
        CheckRange<T>(offset, length);
        return new Span<T>(Address<T>(offset), length);
    }

    internal unsafe T* Address<T>(long offset)
        where T : unmanaged
    {
        if (_counted ? _buffer.IsClosed : _closed)
        {
            throw Disposed();
        }

        return (T*)((byte*)_buffer.DangerousGetHandle() + _start + offset);
    }

    private void CheckRange<T>(long offset, int length)
        where T : unmanaged
    {
        long bytes = (long)length * Unsafe.SizeOf<T>();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Length - offset, nameof(length));
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw Disposed();
        }
    }

    private ObjectDisposedException Disposed() => new(_name, $"The mapped file '{_name}' was disposed.");
}
