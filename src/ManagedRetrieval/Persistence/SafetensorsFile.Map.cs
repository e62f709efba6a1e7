using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Persistence;

public sealed partial class SafetensorsFile
{
    /// <summary>Whether the tensors lie in a mapped file, where the views see them in place.</summary>
    public bool IsMapped => _payloads is MappedPayloads;

    /// <summary>Maps a file into memory: reads and checks its header, and leaves the tensors where they are.</summary>
    /// <remarks>
    /// <para>
    /// This takes no longer for a large file than for a small one. The checksums of the tensors are not looked at;
    /// <see cref="Verify"/> does that. Tensors are read from the disk as they are used, by the view methods in place.
    /// </para>
    /// <para>
    /// <see cref="Dispose"/> closes the file. What is asked of it afterwards, and of the views that it gave, is an
    /// <see cref="ObjectDisposedException"/>. Spans that were taken from views before stay valid as long as this object
    /// or a view can be reached: keep one of them reachable (<see cref="GC.KeepAlive"/>) while you work on a span. The
    /// mapping ends with <see cref="Dispose"/> if no view was asked for, else when the garbage collector finds that
    /// neither this object nor a view is in use.
    /// </para>
    /// <para>
    /// The file must not be written while it is mapped: contents would change under the reader, and where the file became
    /// shorter the system ends the process (SIGBUS) when it reads what is gone. The file is open for shared reading, which
    /// keeps writers out under Windows; other systems do not enforce it. Replacing the file by another one of the same
    /// name, as <see cref="SafetensorsWriter.Write(string)"/> does, is safe on these: the mapping keeps the old one.
    /// </para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="requireChecksums">Whether to refuse files without this library's checksums.</param>
    /// <exception cref="SnapshotFormatException">The header is damaged, does not fit the file, or is foreign where checksums are required.</exception>
    /// <exception cref="IOException">The system could not read or map the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Map(string path, bool requireChecksums = true) => Map(path, requireChecksums, counted: false);

    /// <summary>Checks the checksums of all tensors, which <see cref="Map(string, bool)"/> leaves out.</summary>
    /// <remarks>It reads the whole file. A file without checksums has nothing to check: see <see cref="HasChecksums"/>.</remarks>
    /// <param name="progress">Told the bytes that were read, about every megabyte; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two megabytes.</param>
    /// <exception cref="SnapshotFormatException">A tensor is damaged; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!HasChecksums)
        {
            return;
        }

        long largest = _tensors.Aggregate(0L, (most, tensor) => Math.Max(most, tensor.ByteLength));
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(SafetensorsImage.ChunkBytes, largest));
        long done = 0;
        for (int i = 0; i < _tensors.Length; i++)
        {
            var hash = new XxHash64();
            for (long offset = 0; offset < _tensors[i].ByteLength; offset += buffer.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, _tensors[i].ByteLength - offset));
                _payloads.Read(i, offset, chunk);
                hash.Append(chunk);
                done += chunk.Length;
                progress?.Report(done);
            }

            _contents.CheckTensor(i, hash);
        }
    }

    /// <summary>Closes a file that was mapped; see <see cref="Map(string, bool)"/>. One that was loaded has nothing to close.</summary>
    public void Dispose() => _payloads.Close();

    /// <summary>Keeps the mapping until what it returns is disposed, so that <see cref="Dispose"/> by another thread waits for it.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    internal MappedHold Hold() => _payloads.Hold();

    /// <summary>Says that a view goes where nobody calls <see cref="Hold"/>, so that the garbage collector has to end the mapping.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed before.</exception>
    internal void LetOut() => _payloads.LetOut();

    /// <summary>Maps a file and makes something of it; closes it where that fails.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">What it returns calls <see cref="Hold"/> where it works on views, and <see cref="LetOut"/> where it hands one out.</param>
    internal static T Mapping<T>(string path, Func<SafetensorsFile, T> read)
    {
        SafetensorsFile file = Map(path, requireChecksums: true, counted: true);
        try
        {
            return read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads and checks the header of a mapping, and takes it over.</summary>
    internal static SafetensorsFile Map(MappedFile mapped, string source, bool requireChecksums)
    {
        try
        {
            SafetensorsContents.RequirePrefix(source, mapped.Length);
            Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
            mapped.Read(0, prefix);
            byte[] header = GC.AllocateUninitializedArray<byte>(SafetensorsContents.HeaderLength(source, prefix, mapped.Length));
            mapped.Read(prefix.Length, header);
            SafetensorsContents contents = SafetensorsContents.Read(source, header, mapped.Length, requireChecksums);
            return new SafetensorsFile(contents, new MappedPayloads(mapped, contents.Tensors, prefix.Length + header.Length));
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    private static SafetensorsFile Map(string path, bool requireChecksums, bool counted)
    {
        FileStream stream = Open(path, FileOptions.RandomAccess, FileShare.Read | FileShare.Delete);
        MappedFile mapped;
        try
        {
            long length = stream.Length;

            // Nothing cannot be mapped.
            SafetensorsContents.RequirePrefix(path, length);
            mapped = MappedFile.Of(stream, length, counted);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return Map(mapped, path, requireChecksums);
    }
}
