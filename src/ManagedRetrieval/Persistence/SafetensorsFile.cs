using System.Collections.ObjectModel;

namespace ManagedRetrieval.Persistence;

/// <summary>A safetensors file, loaded or mapped.</summary>
/// <remarks>
/// <para>
/// Opening checks that the header is well-formed, that shapes, types and offsets agree, that the tensors tile the data
/// without hole, overlap or rest, and that the header's checksum is right (see <see cref="SafetensorsWriter"/>).
/// <see cref="Load(string, bool)"/> reads the tensors too and checks their checksums, so that any changed byte is
/// noticed; <see cref="Map(string, bool)"/> leaves them where they are, for <see cref="Verify"/> to check. Whatever is
/// wrong with a file is a <see cref="SnapshotFormatException"/>. A tensor may have as many elements as an array can.
/// Safe for reading from several threads.
/// </para>
/// <para>A file that was loaded needs no <see cref="Dispose"/>.</para>
/// </remarks>
public sealed partial class SafetensorsFile : IDisposable
{
    private readonly SafetensorsContents _contents;
    private readonly SafetensorsInfo[] _tensors;
    private readonly SafetensorsPayloads _payloads;
    private readonly Dictionary<string, int> _index;

    internal SafetensorsFile(SafetensorsContents contents, SafetensorsPayloads payloads)
    {
        Metadata = new ReadOnlyDictionary<string, string>(contents.Metadata);
        Tensors = Array.AsReadOnly(contents.Tensors);
        _contents = contents;
        _tensors = contents.Tensors;
        _payloads = payloads;
        _index = new Dictionary<string, int>(_tensors.Length, StringComparer.Ordinal);
        for (int i = 0; i < _tensors.Length; i++)
        {
            _index.Add(_tensors[i].Name, i);
        }
    }

    /// <summary>The path or name that messages use.</summary>
    public string Source => _contents.Source;

    /// <summary>
    /// Whether the file carries checksums. The header's was right, and so were those of the tensors if the file was
    /// loaded; of a file that was mapped, <see cref="Verify"/> checks them.
    /// </summary>
    public bool HasChecksums => _contents.HasChecksums;

    /// <summary>The metadata pairs, without the checksums.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsInfo> Tensors { get; }

    /// <summary>The checksum that the header says a tensor has; null where the file has none.</summary>
    /// <exception cref="SnapshotFormatException">The file holds no such tensor.</exception>
    internal string? ChecksumOf(string name) => _contents.ChecksumOf(IndexOf(name));

    /// <summary>The tensors: names, types with shapes, and the checksums that the header says they have.</summary>
    internal IEnumerable<(string Name, string Kind, string? Checksum)> Contents() =>
        _tensors.Select(tensor => (tensor.Name, SafetensorsInfo.Describe(tensor.Type, [.. tensor.Shape]), ChecksumOf(tensor.Name)));

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
        using FileStream stream = Open(path, FileOptions.SequentialScan, FileShare.Read);
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
        FileStream stream = await Task.Run(() => Open(path, FileOptions.SequentialScan | FileOptions.Asynchronous, FileShare.Read), cancellationToken)
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

    private static FileStream Open(string path, FileOptions options, FileShare share)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stream = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = options, Share = share });
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
