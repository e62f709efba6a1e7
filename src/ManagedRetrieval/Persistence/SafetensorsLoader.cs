namespace ManagedRetrieval.Persistence;

/// <summary>Reads and verifies a file front to back, one buffer at a time, without touching the stream itself.</summary>
/// <remarks>
/// The caller fills every buffer that <see cref="TryNext"/> hands out completely, synchronously or not. Nothing is
/// allocated on the word of the file before it is held against the file's length.
/// </remarks>
internal sealed class SafetensorsLoader(string source, long length, bool requireChecksums)
{
    private readonly byte[] _prefix = new byte[SafetensorsHeader.PrefixBytes];
    private Step _step = Step.Start;
    private byte[] _header = [];
    private SafetensorsContents? _contents;
    private LoadedPayloads? _payloads;
    private XxHash64 _hash = new();
    private Memory<byte> _chunk;
    private long _offset;
    private int _tensor;

    private enum Step
    {
        Start,
        Prefix,
        Header,
        Payload,
    }

    /// <summary>Takes in the buffer handed out before and hands out the next one; false once the file is complete.</summary>
    public bool TryNext(out Memory<byte> buffer)
    {
        switch (_step)
        {
            case Step.Start:
                SafetensorsContents.RequirePrefix(source, length);
                _step = Step.Prefix;
                buffer = _prefix;
                return true;
            case Step.Prefix:
                _header = GC.AllocateUninitializedArray<byte>(SafetensorsContents.HeaderLength(source, _prefix, length));
                _step = Step.Header;
                buffer = _header;
                return true;
            case Step.Header:
                _contents = SafetensorsContents.Read(source, _header, length, requireChecksums);
                _payloads = new LoadedPayloads(_contents.Tensors);
                _header = [];
                _step = Step.Payload;
                BeginTensor(0);
                return TryNextChunk(_contents, _payloads, out buffer);
            default:
                _hash.Append(_chunk.Span);
                _offset += _chunk.Length;
                return TryNextChunk(_contents!, _payloads!, out buffer);
        }
    }

    /// <summary>The file, once it is complete.</summary>
    public SafetensorsFile ToFile() => new(_contents!, _payloads!);

    private bool TryNextChunk(SafetensorsContents contents, LoadedPayloads payloads, out Memory<byte> buffer)
    {
        while (_tensor < contents.Tensors.Length)
        {
            buffer = payloads.From(_tensor, _offset);
            if (!buffer.IsEmpty)
            {
                _chunk = buffer = buffer[..Math.Min(SafetensorsImage.ChunkBytes, buffer.Length)];
                return true;
            }

            contents.CheckTensor(_tensor, _hash);
            BeginTensor(_tensor + 1);
        }

        buffer = default;
        return false;
    }

    private void BeginTensor(int tensor)
    {
        (_tensor, _offset) = (tensor, 0);
        if (tensor < _contents!.Tensors.Length)
        {
            _hash = new XxHash64();
            _payloads!.Allocate(tensor);
        }
    }
}
