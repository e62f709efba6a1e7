using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Persistence;

/// <summary>A part in a mapped file that has several owners: the file is closed with the last part that is disposed.</summary>
/// <remarks>
/// Parts that nobody disposes leave the file to the garbage collector; so they are counted here, and not by the references of the buffer, which a lost one would
/// keep for ever. Safe for use by several threads.
/// </remarks>
internal sealed class SharedFile : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly Owners _owners;
    private bool _letOut;
    private bool _disposed;

    /// <summary>The first part.</summary>
    /// <param name="file">It is closed by the last part, and by nobody else.</param>
    public SharedFile(SafetensorsFile file)
        : this(file, new Owners())
    {
    }

    private SharedFile(SafetensorsFile file, Owners owners) => (_file, _owners) = (file, owners);

    /// <inheritdoc cref="SafetensorsFile.Source"/>
    public string Source => _file.Source;

    /// <summary>One more part, to be disposed on its own.</summary>
    /// <exception cref="ObjectDisposedException">This one was disposed.</exception>
    public SharedFile Share()
    {
        lock (_owners.Gate)
        {
            ThrowIfDisposed();
            _owners.Count++;
            return new SharedFile(_file, _owners);
        }
    }

    /// <inheritdoc cref="SafetensorsFile.Hold"/>
    public MappedHold Hold()
    {
        ThrowIfDisposed();
        return _file.Hold();
    }

    /// <inheritdoc cref="SafetensorsFile.LetOut"/>
    public void LetOut()
    {
        if (!Volatile.Read(ref _letOut))
        {
            lock (_owners.Gate)
            {
                if (!_letOut)
                {
                    ThrowIfDisposed();
                    _file.LetOut();
                    _letOut = true;
                }
            }
        }
    }

    /// <inheritdoc cref="SafetensorsFile.Verify"/>
    public void Verify(IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        _file.Verify(progress, cancellationToken);
    }

    /// <summary>Gives the part up, and closes the file where it was the last.</summary>
    public void Dispose()
    {
        lock (_owners.Gate)
        {
            if (_disposed)
            {
                return;
            }

            Volatile.Write(ref _disposed, true);
            if (--_owners.Count == 0)
            {
                _file.Dispose();
            }
        }
    }

    private void ThrowIfDisposed()
    {
        if (Volatile.Read(ref _disposed))
        {
            throw new ObjectDisposedException(_file.Source, $"What was mapped of the file '{_file.Source}' was disposed.");
        }
    }

    /// <summary>How many parts are not disposed.</summary>
    private sealed class Owners
    {
        public readonly Lock Gate = new();

        public int Count = 1;
    }
}
