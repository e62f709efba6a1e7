using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Text;

/// <summary>Cuts a stream of UTF-8 into records, holding one at a time, and counts lines.</summary>
internal sealed class RecordStream : IAsyncDisposable
{
    private const int FirstBufferBytes = 1 << 17;

    private readonly RowSource _source;
    private readonly Stream _stream;
    private readonly RecordScanner _scanner;
    private readonly int _limit;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _length;
    private int _content;
    private long _dropped;
    private bool _isLast;
    private bool _begun;

    public RecordStream(RowSource source, Stream stream, RecordScanner scanner)
    {
        (_source, _stream, _scanner, _limit) = (source, stream, scanner, source.Options.MaximumRecordBytes);

        // Room for a line end behind the longest record, so that such a record is told from a longer one.
        _buffer = new byte[Math.Min(FirstBufferBytes, _limit + 2)];
        TotalBytes = stream.CanSeek ? stream.Length : null;
    }

    /// <summary>The line in which the record begins, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The bytes up to the record's end.</summary>
    public long BytesRead => _dropped + _start + _length;

    public long? TotalBytes { get; }

    /// <summary>The record without its line end.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(_start, _content);

    public string Place => PlaceOf(0);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>Goes to the next record that is not empty; false at the end.</summary>
    /// <exception cref="DataFormatException">The record is too long.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            await BeginAsync(cancellationToken).ConfigureAwait(false);
        }

        do
        {
            Line += _buffer.AsSpan(_start, _length).Count((byte)'\n');
            _start += _length;
            (_length, _content) = (0, 0);
            _scanner.Begin();
            int length;
            while ((length = _start == _end && _isLast ? 0 : _scanner.Scan(_buffer.AsSpan(_start, _end - _start), _isLast)) < 0)
            {
                await FillAsync(cancellationToken).ConfigureAwait(false);
            }

            _length = length;
            _content = ContentLength(_buffer.AsSpan(_start, length));
            if (_content > _limit)
            {
                throw TooLong();
            }
        }
        while (_content == 0 && _length > 0);
        return _length > 0;
    }

    /// <summary>Says that the record is not valid UTF-8, or null where it is.</summary>
    public string? DescribeInvalidText()
    {
        if (Utf8.IsValid(Record))
        {
            return null;
        }

        int position = 0;
        while (Rune.DecodeFromUtf8(Record[position..], out _, out int consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        return string.Create(CultureInfo.InvariantCulture, $"byte {position + 1} of the record, 0x{Record[position]:X2}, is not valid UTF-8 text.");
    }

    /// <summary>The line of a byte of the record, in words.</summary>
    public string PlaceOf(int position) =>
        string.Create(CultureInfo.InvariantCulture, $"line {Line + Record[..position].Count((byte)'\n')}");

    private static int ContentLength(ReadOnlySpan<byte> record) =>
        record switch
        {
            [.., (byte)'\r', (byte)'\n'] => record.Length - 2,
            [.., (byte)'\n' or (byte)'\r'] => record.Length - 1,
            _ => record.Length,
        };

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        _begun = true;
        while (_end < 3 && !_isLast)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_end == 0)
        {
            throw new DataFormatException(_source.Name, null, "the file is empty, expected rows.", isOneRow: false);
        }

        if (_buffer.AsSpan(0, _end) is [0xEF, 0xBB, 0xBF, ..])
        {
            _start = 3;
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _dropped += _start;
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            int longest = _limit + 2;
            if (_buffer.Length >= longest)
            {
                throw TooLong();
            }

            Array.Resize(ref _buffer, (int)Math.Min(longest, 2L * _buffer.Length));
        }

        int count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        _isLast = count == 0;
    }

    private DataFormatException TooLong() => new(
        _source.Name,
        Place,
        string.Create(CultureInfo.InvariantCulture, $"the record that begins here has more than {_limit} bytes, expected at most that many. Is a line end or a closing quote missing? MaximumRecordBytes allows longer ones."),
        isOneRow: false);
}
