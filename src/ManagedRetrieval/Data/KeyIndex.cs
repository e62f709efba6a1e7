using System.Globalization;

namespace ManagedRetrieval.Data;

/// <summary>Distinct keys, each with a number from 0 up in the order of first appearance.</summary>
public sealed class KeyIndex
{
    private readonly List<string> _texts = [];
    private readonly List<long> _numbers = [];
    private readonly Dictionary<string, int> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly Dictionary<long, int> _byNumber = [];

    internal KeyIndex(KeyKind kind)
    {
        Kind = kind;
        _bySpan = _byText.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What the keys are.</summary>
    public KeyKind Kind { get; }

    /// <summary>The number of keys.</summary>
    public int Count => Kind == KeyKind.Text ? _texts.Count : _numbers.Count;

    /// <summary>The keys as texts, in order.</summary>
    /// <exception cref="InvalidOperationException">The keys are numbers.</exception>
    public IReadOnlyList<string> Texts => Kind == KeyKind.Text ? _texts : throw WrongKind();

    /// <summary>The keys as numbers, in order.</summary>
    /// <exception cref="InvalidOperationException">The keys are texts.</exception>
    public IReadOnlyList<long> Numbers => Kind == KeyKind.Number ? _numbers : throw WrongKind();

    /// <summary>The number of a text key; −1 where there is no such key.</summary>
    /// <exception cref="InvalidOperationException">The keys are numbers.</exception>
    public int IndexOf(ReadOnlySpan<char> key)
    {
        if (Kind != KeyKind.Text)
        {
            throw WrongKind();
        }

        return _bySpan.TryGetValue(key, out int index) ? index : -1;
    }

    /// <summary>The number of a numeric key; −1 where there is no such key.</summary>
    /// <exception cref="InvalidOperationException">The keys are texts.</exception>
    public int IndexOf(long key)
    {
        if (Kind != KeyKind.Number)
        {
            throw WrongKind();
        }

        return _byNumber.TryGetValue(key, out int index) ? index : -1;
    }

    /// <summary>A key as text; a number in invariant form.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such key.</exception>
    public string Describe(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Kind == KeyKind.Text ? _texts[index] : _numbers[index].ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Refuses a column of a row that holds no key of this kind.</summary>
    /// <exception cref="DataFormatException">It is missing or a list, or no number where keys are numbers.</exception>
    internal void Check(RowReader row, int column)
    {
        if (Kind == KeyKind.Number)
        {
            row.GetInteger(column);
        }
        else if (row.GetKind(column) is not (RowValueKind.Text or RowValueKind.Number))
        {
            throw row.Unexpected(column, "a key");
        }
    }

    /// <summary>Refuses a list of a row that holds something that is no key of this kind; empty texts are no elements.</summary>
    /// <exception cref="DataFormatException">An element is no number where keys are numbers.</exception>
    internal void Check(RowReader row, int column, IReadOnlyList<string> keys)
    {
        foreach (string key in keys)
        {
            if (Kind == KeyKind.Number && key.Length > 0 && !TryParse(key, out _))
            {
                throw row.BadRow($"column {DataFormatException.Quote(row.Columns[column])} holds {DataFormatException.Quote(key)}, expected whole numbers of 64 bits.");
            }
        }
    }

    /// <summary>Whether the key in a column of a row, which was checked, is known.</summary>
    internal bool Contains(RowReader row, int column) =>
        Kind == KeyKind.Number ? _byNumber.ContainsKey(row.GetInteger(column)) : _bySpan.ContainsKey(row.GetText(column));

    /// <summary>The number of the key in a column of a row, which was checked; a new key gets the next one.</summary>
    internal int Add(RowReader row, int column)
    {
        if (Kind == KeyKind.Number)
        {
            return Add(row.GetInteger(column));
        }

        ReadOnlySpan<char> text = row.GetText(column);
        return _bySpan.TryGetValue(text, out int index) ? index : Add(text.ToString());
    }

    /// <summary>The number of another index's key, which gets one where it is new; both are of one kind.</summary>
    internal int Add(KeyIndex other, int index) => Kind == KeyKind.Text ? Add(other._texts[index]) : Add(other._numbers[index]);

    /// <summary>The number of another index's key; −1 where there is no such key; both are of one kind.</summary>
    internal int IndexOf(KeyIndex other, int index) => Kind == KeyKind.Text ? IndexOf(other._texts[index]) : IndexOf(other._numbers[index]);

    /// <summary>The number of a key that was checked; a new key gets the next one.</summary>
    internal int Add(ReadOnlySpan<char> key) =>
        Kind == KeyKind.Number ? Add(TryParse(key, out long number) ? number : throw WrongKind())
        : _bySpan.TryGetValue(key, out int index) ? index : Add(key.ToString());

    internal int Add(string key)
    {
        if (_byText.TryAdd(key, _texts.Count))
        {
            _texts.Add(key);
        }

        return _byText[key];
    }

    internal int Add(long key)
    {
        if (_byNumber.TryAdd(key, _numbers.Count))
        {
            _numbers.Add(key);
        }

        return _byNumber[key];
    }

    private static bool TryParse(ReadOnlySpan<char> key, out long number) => long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private InvalidOperationException WrongKind() => new($"The keys are of kind {Kind}, not the one asked for.");
}
