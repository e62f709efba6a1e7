using System.Text;

namespace ManagedRetrieval.Persistence;

/// <summary>Collects named tensors and metadata and writes them as one safetensors file.</summary>
/// <remarks>
/// <para>
/// The file: an 8-byte little-endian length, a JSON header of that length, then every payload, little-endian and without
/// holes (https://huggingface.co/docs/safetensors). Tensors lie in the order of element size descending, then name
/// (ordinal); metadata is sorted by key; the header is padded with spaces until the payload starts at a multiple of 64
/// bytes. The same content therefore gives the same bytes, whatever the order of adding.
/// </para>
/// <para>
/// Two metadata keys make damage visible to <see cref="SafetensorsFile"/> and mean nothing to other readers:
/// <c>xxh64_tensors</c> holds the XXH64 of every payload in file order (16 lower-case hexadecimal digits each, separated
/// by spaces), <c>xxh64_header</c> the XXH64 of the length prefix and the whole padded header in which its own 16 digits
/// are read as zeros.
/// </para>
/// <para>An instance may write several times; it is not safe for use by several threads.</para>
/// </remarks>
public sealed partial class SafetensorsWriter
{
    // Strict: throws at a lone surrogate, which a header or a string tensor cannot hold.
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const int HighestRank = 3;

    private readonly Dictionary<string, Pending> _tensors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>Adds a metadata pair.</summary>
    /// <exception cref="ArgumentException">The key is taken, is reserved for checksums, or a text is not valid UTF-16.</exception>
    public void AddMetadata(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        RequireWellFormed(key, nameof(key));
        RequireWellFormed(value, nameof(value));
        if (SafetensorsHeader.IsReserved(key))
        {
            throw new ArgumentException($"The metadata key '{key}' is reserved for the file's checksums.", nameof(key));
        }

        if (!_metadata.TryAdd(key, value))
        {
            throw new ArgumentException($"The metadata key '{key}' was added before.", nameof(key));
        }
    }

    /// <summary>Writes the file at <paramref name="path"/> atomically.</summary>
    /// <remarks>
    /// The bytes go to a temporary file in the same directory, are flushed to the disk, and the temporary is renamed over
    /// the target. On any failure the temporary is removed and an existing target stays as it was. A symbolic link at
    /// <paramref name="path"/> is replaced, not followed.
    /// </remarks>
    /// <exception cref="IOException">The system refused; the message names <paramref name="path"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The target may not be written; the message names it.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, Write);
    }

    /// <summary>Writes the file at <paramref name="path"/> atomically, as <see cref="Write(string)"/> does.</summary>
    /// <exception cref="IOException">The system refused; the message names <paramref name="path"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The target may not be written; the message names it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; an existing target is as it was.</exception>
    public Task WriteAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AtomicFile.WriteAsync(path, WriteAsync, cancellationToken);
    }

    /// <summary>Writes the file's bytes to a stream from its current position; does not flush or close it.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsImage image = BuildImage(CancellationToken.None);
        byte[] buffer = new byte[SafetensorsImage.ChunkBytes];
        for (int count = image.Fill(buffer); count > 0; count = image.Fill(buffer))
        {
            stream.Write(buffer, 0, count);
        }
    }

    /// <summary>Writes the file's bytes to a stream from its current position; does not flush or close it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the stream may hold a part of the file.</exception>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsImage image = BuildImage(cancellationToken);
        byte[] buffer = new byte[SafetensorsImage.ChunkBytes];
        for (int count = image.Fill(buffer); count > 0; count = image.Fill(buffer))
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The checksum of a tensor that was added, whose bytes from now on must not change, as a header has it.</summary>
    internal string ChecksumOf(string name) => SafetensorsHeader.Hex(_tensors[name].Checksum ??= _tensors[name].Source.Checksum());

    /// <summary>The tensors that were added: names, types with shapes, and checksums; their bytes from now on must not change.</summary>
    internal IEnumerable<(string Name, string Kind, string? Checksum)> Contents() =>
        _tensors.Select(tensor => (tensor.Key, SafetensorsInfo.Describe(tensor.Value.Type, tensor.Value.Shape), (string?)ChecksumOf(tensor.Key)));

    /// <summary>Refuses a name that is not valid UTF-16, or under which one of several tensors is already, so that all are added or none.</summary>
    /// <exception cref="ArgumentException">It is one of these.</exception>
    internal void RequireFree(string name, params ReadOnlySpan<string> suffixes)
    {
        RequireWellFormed(name, nameof(name));
        foreach (string suffix in suffixes)
        {
            if (_tensors.ContainsKey(name + suffix))
            {
                throw new ArgumentException($"A tensor '{name}{suffix}' was added before.", nameof(name));
            }
        }
    }

    private SafetensorsImage BuildImage(CancellationToken cancellationToken)
    {
        string[] names = [.. _tensors.Keys];
        Array.Sort(names, (a, b) =>
        {
            int bySize = _tensors[b].Type.Size().CompareTo(_tensors[a].Type.Size());
            return bySize != 0 ? bySize : string.CompareOrdinal(a, b);
        });

        var infos = new SafetensorsInfo[names.Length];
        ulong[] checksums = new ulong[names.Length];
        var payloads = new TensorSource[names.Length];
        long offset = 0;
        for (int i = 0; i < names.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Pending tensor = _tensors[names[i]];
            infos[i] = new SafetensorsInfo(names[i], tensor.Type, tensor.Shape, offset, offset + tensor.Source.ByteLength);
            checksums[i] = tensor.Checksum ?? tensor.Source.Checksum();
            payloads[i] = tensor.Source;
            offset += tensor.Source.ByteLength;
        }

        return new SafetensorsImage(SafetensorsHeader.Build(infos, checksums, _metadata), infos, checksums, payloads);
    }

    private void AddTensor<T>(string name, SafetensorsType type, ReadOnlyMemory<T> values, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RequireWellFormed(name, nameof(name));
        if (name == SafetensorsHeader.MetadataKey)
        {
            throw new ArgumentException($"The name '{name}' is reserved by the format.", nameof(name));
        }

        if (shape.Length > HighestRank)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Tensor '{name}' has rank {shape.Length}; at most {HighestRank} is supported."),
                nameof(shape));
        }

        long given = (long)values.Length * type.Size();
        if (!SafetensorsInfo.TryGetByteLength(shape, type, out long needed) || needed != given)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Tensor '{name}' has {values.Length} elements, which do not fill {SafetensorsInfo.Describe(type, shape)}."),
                nameof(shape));
        }

        if (values.Length > Array.MaxLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"Tensor '{name}', {SafetensorsInfo.Describe(type, shape)}, has {values.Length} elements; a tensor in a file has at most {Array.MaxLength}."),
                nameof(values));
        }

        if (!_tensors.TryAdd(name, new Pending(type, shape.ToArray(), TensorSource.Of(values))))
        {
            throw new ArgumentException($"A tensor '{name}' was added before.", nameof(name));
        }
    }

    private static void RequireWellFormed(string text, string parameter)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException failure)
        {
            throw new ArgumentException("The text holds half of a surrogate pair and cannot be stored.", parameter, failure);
        }
    }

    private sealed class Pending(SafetensorsType type, long[] shape, TensorSource source)
    {
        public SafetensorsType Type { get; } = type;

        public long[] Shape { get; } = shape;

        public TensorSource Source { get; } = source;

        /// <summary>Where it was asked for before writing: the file is then of these bytes or fails.</summary>
        public ulong? Checksum { get; set; }
    }
}
