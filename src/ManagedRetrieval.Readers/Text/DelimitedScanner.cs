namespace ManagedRetrieval.Readers.Text;

/// <summary>A record is a line, or several where a quoted value holds line breaks. Finds the values on its way.</summary>
/// <remarks>
/// RFC 4180: a value that begins with a quote ends at the next single one; two quotes in it stand for one. A quote within
/// a value that does not begin with one is a quote.
/// </remarks>
internal sealed class DelimitedScanner(byte delimiter) : RecordScanner
{
    private const byte Quote = (byte)'"';

    private DelimitedField[] _fields = new DelimitedField[16];
    private int _count;
    private State _state;
    private int _position;
    private int _start;
    private int _close;
    private bool _hasPairs;

    private enum State
    {
        FieldStart,
        Plain,
        Quoted,
        AfterQuote,
    }

    /// <summary>The record's values.</summary>
    public ReadOnlySpan<DelimitedField> Fields => _fields.AsSpan(0, _count);

    /// <summary>Where a quoted value began that the end of the file cut off; −1 where there is none.</summary>
    public int UnclosedAt { get; private set; }

    /// <summary>The number, from 1, of the first value that goes on behind its closing quote; 0 where there is none.</summary>
    public int MalformedField { get; private set; }

    public override void Begin()
    {
        (_count, _state, _position, _start, _hasPairs) = (0, State.FieldStart, 0, 0, false);
        (UnclosedAt, MalformedField) = (-1, 0);
    }

    public override int Scan(ReadOnlySpan<byte> bytes, bool isLast)
    {
        while (true)
        {
            if (_state == State.FieldStart)
            {
                if (_position == bytes.Length && !isLast)
                {
                    return -1;
                }

                _start = _position;
                _state = State.Plain;
                if (_position < bytes.Length && bytes[_position] == Quote)
                {
                    _start = ++_position;
                    _state = State.Quoted;
                }
            }

            int? length = _state switch
            {
                State.Plain => ScanPlain(bytes, isLast),
                State.Quoted => ScanQuoted(bytes, isLast),
                _ => ScanAfterQuote(bytes, isLast),
            };
            if (length is { } found)
            {
                return found;
            }
        }
    }

    // Each gives the record's length, −1 for more bytes, or null where another state has taken over.
    private int? ScanPlain(ReadOnlySpan<byte> bytes, bool isLast)
    {
        int found = bytes[_position..].IndexOfAny(delimiter, (byte)'\n');
        _position = found < 0 ? bytes.Length : _position + found;
        if (found < 0 && !isLast)
        {
            return -1;
        }

        if (found >= 0 && bytes[_position] == delimiter)
        {
            EndField(_position++);
            return null;
        }

        EndField(_position > _start && bytes[_position - 1] == (byte)'\r' ? _position - 1 : _position);
        return found < 0 ? bytes.Length : _position + 1;
    }

    private int? ScanQuoted(ReadOnlySpan<byte> bytes, bool isLast)
    {
        int found = bytes[_position..].IndexOf(Quote);
        if (found < 0)
        {
            _position = bytes.Length;
            UnclosedAt = isLast ? _start : -1;
            return isLast ? bytes.Length : -1;
        }

        _close = _position + found;
        _position = _close + 1;
        _state = State.AfterQuote;
        return null;
    }

    private int? ScanAfterQuote(ReadOnlySpan<byte> bytes, bool isLast)
    {
        ReadOnlySpan<byte> rest = bytes[_position..];
        if ((rest.IsEmpty || rest is [(byte)'\r']) && !isLast)
        {
            return -1;
        }

        if (rest.IsEmpty || rest[0] == (byte)'\n' || rest is [(byte)'\r'] or [(byte)'\r', (byte)'\n', ..])
        {
            EndField(_close);
            return rest.IsEmpty ? bytes.Length : _position + (rest[0] == (byte)'\n' ? 1 : Math.Min(2, rest.Length));
        }

        if (rest[0] == delimiter)
        {
            _position++;
            EndField(_close);
        }
        else if (rest[0] == Quote)
        {
            _position++;
            _hasPairs = true;
            _state = State.Quoted;
        }
        else
        {
            MalformedField = MalformedField == 0 ? _count + 1 : MalformedField;
            _state = State.Plain;
        }

        return null;
    }

    private void EndField(int end)
    {
        if (_count == _fields.Length)
        {
            Array.Resize(ref _fields, 2 * _count);
        }

        _fields[_count++] = new DelimitedField(_start, end - _start, _hasPairs);
        _hasPairs = false;
        _state = State.FieldStart;
    }
}
