namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>Collects the pieces of a summary, collapses white space and remembers what was a reference.</summary>
internal sealed class SummaryBuilder
{
    private const int None = -1;
    private const int Awaiting = -2;

    private readonly List<TextStretch> _references = [];
    private char[] _text = new char[256];
    private int _length;
    private bool _spacePending;
    private int _referenceStart = None;

    /// <summary>Adds text; runs of white space become one space, none at either end of the whole.</summary>
    public void Append(string text)
    {
        // Every character, and one space that is pending.
        int longest = _length + text.Length + 1;
        if (longest > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(longest, 2 * _text.Length));
        }

        foreach (char unit in text)
        {
            if (char.IsWhiteSpace(unit))
            {
                _spacePending = _length > 0;
                continue;
            }

            if (_spacePending)
            {
                _text[_length++] = ' ';
                _spacePending = false;
            }

            if (_referenceStart == Awaiting)
            {
                _referenceStart = _length;
            }

            _text[_length++] = unit;
        }
    }

    /// <summary>Makes what follows part of a reference, until <see cref="EndReference"/>.</summary>
    public void BeginReference() => _referenceStart = Awaiting;

    /// <summary>Ends the reference; one without text of its own reads as <paramref name="fallback"/>.</summary>
    public void EndReference(string fallback)
    {
        if (_referenceStart == Awaiting)
        {
            Append(fallback);
        }

        if (_referenceStart >= 0)
        {
            _references.Add(new(_referenceStart, _length));
        }

        _referenceStart = None;
    }

    /// <summary>Returns the summary and starts anew.</summary>
    public SummaryText Take()
    {
        var summary = new SummaryText(new string(_text, 0, _length), _references.ToArray());
        _length = 0;
        _references.Clear();
        _spacePending = false;
        _referenceStart = None;
        return summary;
    }
}
