using System.Text;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Text;

/// <summary>What readers of text formats share.</summary>
internal abstract class TextRowReader(RowSource source, IReadOnlyList<string> columns, RecordStream records) : RowReader(source, columns)
{
    private char[] _characters = new char[256];

    public override long BytesRead => Records.BytesRead;

    public override long? TotalBytes => Records.TotalBytes;

    public override string Place => Records.Place;

    protected RecordStream Records { get; } = records;

    public override ValueTask DisposeAsync() => Records.DisposeAsync();

    /// <summary>Refuses a record that is not valid UTF-8.</summary>
    protected void CheckText()
    {
        if (Records.DescribeInvalidText() is { } problem)
        {
            throw BadRow(problem);
        }
    }

    /// <summary>Decodes UTF-8 that was checked; valid until the next call.</summary>
    protected Span<char> Decode(ReadOnlySpan<byte> utf8)
    {
        // A byte of UTF-8 is at most one UTF-16 code unit.
        if (_characters.Length < utf8.Length)
        {
            _characters = new char[Math.Max(utf8.Length, 2 * _characters.Length)];
        }

        return _characters.AsSpan(0, Encoding.UTF8.GetChars(utf8, _characters));
    }
}
