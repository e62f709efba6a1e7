using System.Text;

namespace ManagedRetrieval.Features;

/// <summary>Reads the words of a text one by one, in invariant lower case, each between boundary marks.</summary>
/// <remarks>
/// A word is a maximal run of letters and digits (Unicode L* and Nd, <see cref="Rune.IsLetterOrDigit"/>); everything
/// else separates, also combining marks and code units that are half a surrogate pair. Lower case is the simple mapping
/// of each scalar value, which keeps its number of code units; so the buffer, which each word overwrites, needs
/// <see cref="BufferLength"/> code units.
/// </remarks>
internal ref struct WordReader(ReadOnlySpan<char> text, Span<char> buffer)
{
    /// <summary>Stand before and after a word; they separate words, so no word contains them.</summary>
    public const char Before = '<', After = '>';

    private readonly ReadOnlySpan<char> _text = text;
    private readonly Span<char> _buffer = buffer;
    private int _position;
    private int _length;

    /// <summary>The word with its marks, until the next <see cref="Read"/>.</summary>
    public readonly ReadOnlySpan<char> Marked => _buffer[.._length];

    /// <summary>The word without its marks, until the next <see cref="Read"/>.</summary>
    public readonly ReadOnlySpan<char> Word => _buffer[1..(_length - 1)];

    /// <summary>The longest word is the whole text; two marks come with it.</summary>
    public static int BufferLength(int textLength) => textLength + 2;

    /// <summary>Goes to the next word; false at the end.</summary>
    public bool Read()
    {
        int length = 1;
        while (_position < _text.Length && (AppendLetter(ref length) || length == 1))
        {
        }

        if (length == 1)
        {
            return false;
        }

        _buffer[0] = Before;
        _buffer[length++] = After;
        _length = length;
        return true;
    }

    /// <summary>Consumes one scalar value; false where it separates.</summary>
    private bool AppendLetter(ref int length)
    {
        char unit = _text[_position];
        if (char.IsAscii(unit))
        {
            _position++;
            if (!char.IsAsciiLetterOrDigit(unit))
            {
                return false;
            }

            // A capital ASCII letter and its small one differ by this bit.
            _buffer[length++] = char.IsAsciiLetterUpper(unit) ? (char)(unit | 0x20) : unit;
            return true;
        }

        // Half a surrogate pair decodes to the replacement character, which is not a letter.
        Rune.DecodeFromUtf16(_text[_position..], out Rune rune, out int consumed);
        _position += consumed;
        if (!Rune.IsLetterOrDigit(rune))
        {
            return false;
        }

        length += Rune.ToLowerInvariant(rune).EncodeToUtf16(_buffer[length..]);
        return true;
    }
}
