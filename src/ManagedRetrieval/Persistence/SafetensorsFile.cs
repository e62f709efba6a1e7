using System.Collections.ObjectModel;

namespace ManagedRetrieval.Persistence;

/// <summary>A safetensors file, read and verified as a whole.</summary>
/// <remarks>
/// Loading checks that the header is well-formed, that shapes, types and offsets agree, that the tensors tile the data
/// without hole, overlap or rest, and that all checksums are right (see <see cref="SafetensorsWriter"/>), so that any
/// changed byte is noticed. Whatever is wrong with a file is a <see cref="SnapshotFormatException"/>. The file may be
/// larger than 2 GB, a single tensor may not. Safe for reading from several threads.
/// </remarks>
public sealed partial class SafetensorsFile
{
    private readonly SafetensorsInfo[] _tensors;
    private readonly byte[][] _payloads;
    private readonly Dictionary<string, int> _index;

    internal SafetensorsFile(
        string source, SafetensorsInfo[] tensors, byte[][] payloads, Dictionary<string, string> metadata, bool hasChecksums)
    {
        Source = source;
        HasChecksums = hasChecksums;
        Metadata = new ReadOnlyDictionary<string, string>(metadata);
        Tensors = Array.AsReadOnly(tensors);
        _tensors = tensors;
        _payloads = payloads;
        _index = new Dictionary<string, int>(tensors.Length, StringComparer.Ordinal);
        for (int i = 0; i < tensors.Length; i++)
        {
            _index.Add(tensors[i].Name, i);
        }
    }

    /// <summary>The path or name that messages use.</summary>
    public string Source { get; }

    /// <summary>Whether the file carried checksums; if so, they were right.</summary>
    public bool HasChecksums { get; }

    /// <summary>The metadata pairs, without the checksums.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsInfo> Tensors { get; }

    /// <summary>Reads and verifies a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="requireChecksums">
    /// Whether to refuse files without this library's checksums. Checksums that are there are always verified.
    /// </param>
    /// <exception cref="SnapshotFormatException">The file is damaged, or foreign where checksums are required.</exception>
    /// <exception cref="IOException">The system could not read the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Load(string path, bool requireChecksums = true)
    {
        using FileStream stream = Open(path, FileOptions.SequentialScan);
        return Load(stream, path, requireChecksums);
    }

    /// <summary>Reads and verifies a stream from its current position to its end.</summary>
    /// <param name="stream">A stream that can seek, so that its length is known.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="requireChecksums">Whether to refuse content without this library's checksums.</param>
    /// <exception cref="SnapshotFormatException">The content is damaged, or foreign where checksums are required.</exception>
    public static SafetensorsFile Load(Stream stream, string source, bool requireChecksums = true)
    {
        SafetensorsLoader loader = CreateLoader(stream, source, requireChecksums);
        try
        {
            while (loader.TryNext(out Memory<byte> buffer))
            {
                stream.ReadExactly(buffer.Span);
            }
        }
        catch (EndOfStreamException failure)
        {
            throw Shrunk(source, failure);
        }

        return loader.ToFile();
    }

    /// <summary>Reads and verifies a file, as <see cref="Load(string, bool)"/> does.</summary>
    /// <exception cref="SnapshotFormatException">The file is damaged, or foreign where checksums are required.</exception>
    /// <exception cref="IOException">The system could not read the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<SafetensorsFile> LoadAsync(
        string path, bool requireChecksums = true, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Opening has no asynchronous form, and that of a pipe without a writer never ends.
        FileStream stream = await Task.Run(() => Open(path, FileOptions.SequentialScan | FileOptions.Asynchronous), cancellationToken)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            return await LoadAsync(stream, path, requireChecksums, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads and verifies a stream, as <see cref="Load(Stream, string, bool)"/> does.</summary>
    /// <exception cref="SnapshotFormatException">The content is damaged, or foreign where checksums are required.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<SafetensorsFile> LoadAsync(
        Stream stream, string source, bool requireChecksums = true, CancellationToken cancellationToken = default)
    {
        SafetensorsLoader loader = CreateLoader(stream, source, requireChecksums);
        try
        {
            while (loader.TryNext(out Memory<byte> buffer))
            {
                await stream.ReadExactlyAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (EndOfStreamException failure)
        {
            throw Shrunk(source, failure);
        }

        return loader.ToFile();
    }

    private static FileStream Open(string path, FileOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stream = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = options });
        if (stream.CanSeek)
        {
            return stream;
        }

        stream.Dispose();
        throw SnapshotFormatException.In(path, "is a pipe or device, expected a file.");
    }

    private static SafetensorsLoader CreateLoader(Stream stream, string source, bool requireChecksums)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(source);
        return stream.CanSeek
            ? new SafetensorsLoader(source, stream.Length - stream.Position, requireChecksums)
            : throw new ArgumentException("The stream cannot seek, so its length is unknown; expected one that can.", nameof(stream));
    }

    private static SnapshotFormatException Shrunk(string source, EndOfStreamException failure) =>
        new($"'{source}': the file became shorter while it was read.", failure);
}
