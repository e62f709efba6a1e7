namespace ManagedRetrieval.Persistence;

/// <summary>A file that appears under its name complete or not at all.</summary>
/// <remarks>
/// The bytes go to a temporary file beside the target, are flushed to the disk, and the temporary is then renamed over
/// the target. Disposed without <see cref="Commit"/>, the temporary is deleted and an existing target is untouched.
/// </remarks>
internal sealed class AtomicFile : IDisposable
{
    private const string Prefix = ".snapshot-", Suffix = ".tmp";

    private readonly string _target;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private bool _committed;

    private AtomicFile(string path, bool asynchronous)
    {
        _target = Path.GetFullPath(path);
        if (IsDevice(_target))
        {
            // A rename would put a file in the place of a device.
            throw new IOException("A device cannot be replaced by a file.");
        }

        // Not derived from the target's name, which may already be as long as the file system allows.
        _temporary = Path.Combine(Path.GetDirectoryName(_target) ?? _target, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
        _stream = new FileStream(_temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            Options = asynchronous ? FileOptions.Asynchronous : FileOptions.None,
        });
    }

    /// <summary>Whether a path lies where the system keeps its devices; shared memory, an ordinary file system, apart.</summary>
    internal static bool IsDevice(string fullPath) =>
        !OperatingSystem.IsWindows()
        && (fullPath.StartsWith("/proc/", StringComparison.Ordinal)
            || (fullPath.StartsWith("/dev/", StringComparison.Ordinal) && !fullPath.StartsWith("/dev/shm/", StringComparison.Ordinal)));

    /// <summary>Removes the temporaries that writes left in a folder when their process was killed.</summary>
    /// <param name="folder">It must be there.</param>
    /// <param name="writtenBefore">In UTC. What was written to since then may be another process's, as may be what is open.</param>
    /// <param name="isKept">Whether a file stays, whatever it is called, since it is somebody's own.</param>
    public static void RemoveLeftovers(string folder, DateTime writtenBefore, Func<string, bool> isKept)
    {
        foreach (string file in Directory.GetFiles(folder, $"{Prefix}*{Suffix}"))
        {
            string number = Path.GetFileName(file)[Prefix.Length..^Suffix.Length];
            if (number.Length == 32 && number.All(char.IsAsciiHexDigitLower) && File.GetLastWriteTimeUtc(file) < writtenBefore && !isKept(file))
            {
                TryRemove(file);
            }
        }
    }

    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            using var file = new AtomicFile(path, asynchronous: false);
            write(file._stream);
            file.Commit();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Naming(path, failure);
        }
    }

    public static async Task WriteAsync(
        string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var file = new AtomicFile(path, asynchronous: true);
            await write(file._stream, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            // Flushing to the disk blocks and has no asynchronous form.
            await Task.Run(file.Commit, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Naming(path, failure);
        }
    }

    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            try
            {
                _stream.Dispose();
            }
            finally
            {
                File.Delete(_temporary);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What made the write fail is the error to report, not that its leftovers could not be removed.
        }
    }

    private static void TryRemove(string file)
    {
        try
        {
            using (new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None))
            {
                // A write that goes on holds its file alone.
            }

            File.Delete(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Somebody still writes to it, or it may not be removed; it does no harm.
        }
    }

    private void Commit()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporary, _target, overwrite: true);
        _committed = true;
    }

    // The system's message names the temporary file, which the caller has never heard of.
    private static Exception Naming(string path, Exception failure)
    {
        string message = $"Cannot write '{path}': {failure.Message}";
        return failure switch
        {
            UnauthorizedAccessException => new UnauthorizedAccessException(message, failure),
            DirectoryNotFoundException => new DirectoryNotFoundException(message, failure),
            PathTooLongException => new PathTooLongException(message, failure),
            _ => new IOException(message, failure),
        };
    }
}
