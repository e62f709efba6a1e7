using System.Globalization;

namespace ManagedRetrieval.Data;

/// <summary>The values of one row, in memory that the next row uses again.</summary>
internal sealed class RowValues(int columns)
{
    private readonly Entry[] _entries = new Entry[columns];
    private char[] _text = new char[256];
    private int _used;

    /// <summary>How a number is kept.</summary>
    private enum Form : byte
    {
        Spelled,
        Integer,
        Number,
    }

    public void Clear()
    {
        Array.Clear(_entries);
        _used = 0;
    }

    public RowValueKind Kind(int column) => _entries[column].Kind;

    public IReadOnlyList<string> List(int column) => _entries[column].List!;

    public ReadOnlySpan<char> Text(int column)
    {
        ref Entry entry = ref _entries[column];
        return entry.Form switch
        {
            Form.Integer => entry.Integer.ToString(CultureInfo.InvariantCulture),
            Form.Number => entry.Number.ToString(CultureInfo.InvariantCulture),
            _ => _text.AsSpan(entry.Start, entry.Length),
        };
    }

    public bool TryGetInteger(int column, out long value)
    {
        ref Entry entry = ref _entries[column];
        value = 0;
        switch (entry.Form)
        {
            case Form.Integer:
                value = entry.Integer;
                return true;
            case Form.Number:
                // Whole numbers up to 2⁵³ are exact in a double; above it, which one is meant cannot be told.
                value = Math.Abs(entry.Number) <= 1L << 53 ? (long)entry.Number : 0;
                return value == entry.Number;
            default:
                return entry.Kind is RowValueKind.Text or RowValueKind.Number
                    && long.TryParse(Text(column), NumberStyles.Integer, CultureInfo.InvariantCulture, out value);
        }
    }

    public bool TryGetNumber(int column, out double value)
    {
        ref Entry entry = ref _entries[column];
        value = entry.Form == Form.Integer ? entry.Integer : entry.Number;
        bool found = entry.Form != Form.Spelled
            || (entry.Kind is RowValueKind.Text or RowValueKind.Number
                && double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out value));
        return found && double.IsFinite(value);
    }

    public void SetText(int column, ReadOnlySpan<char> text, RowValueKind kind)
    {
        if (text.Length > _text.Length - _used)
        {
            Array.Resize(ref _text, Math.Max(_used + text.Length, 2 * _text.Length));
        }

        text.CopyTo(_text.AsSpan(_used));
        _entries[column] = new Entry { Kind = kind, Start = _used, Length = text.Length };
        _used += text.Length;
    }

    public void SetInteger(int column, long value) => _entries[column] = new Entry { Kind = RowValueKind.Number, Form = Form.Integer, Integer = value };

    public void SetNumber(int column, double value) => _entries[column] = new Entry { Kind = RowValueKind.Number, Form = Form.Number, Number = value };

    public void SetList(int column, IReadOnlyList<string> elements) => _entries[column] = new Entry { Kind = RowValueKind.List, List = elements };

    private struct Entry
    {
        public RowValueKind Kind;
        public Form Form;
        public int Start;
        public int Length;
        public long Integer;
        public double Number;
        public IReadOnlyList<string>? List;
    }
}
