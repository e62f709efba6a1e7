using System.Buffers;

namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>Splits identifiers and prose into lower-case words: "System.XMLReader" gives "system", "xml", "reader".</summary>
/// <remarks>
/// Words are split at everything that is neither letter nor digit and at case changes. A run of capitals is one word,
/// less its last letter where a small one follows ("XMLReader"). Digits stay with the letters before them ("sha256",
/// "int32") and end the word. Names and sentences are split alike, so that a sentence that mentions an API by its
/// name shares words with it.
/// </remarks>
internal static class IdentifierWords
{
    /// <summary>Returns the words of <paramref name="text"/> in order.</summary>
    public static List<string> Split(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        int start = Start(text, 0);
        while (start < text.Length)
        {
            int end = End(text, start);
            words.Add(Lower(text[start..end]));
            start = Start(text, end);
        }

        return words;
    }

    /// <summary>Returns the words of <paramref name="text"/> joined by spaces.</summary>
    public static string Join(ReadOnlySpan<char> text)
    {
        // At most every character is a word of its own with a space before it.
        char[] buffer = ArrayPool<char>.Shared.Rent(2 * text.Length);
        int length = 0;
        int start = Start(text, 0);
        while (start < text.Length)
        {
            if (length > 0)
            {
                buffer[length++] = ' ';
            }

            int end = End(text, start);
            length += text[start..end].ToLowerInvariant(buffer.AsSpan(length));
            start = Start(text, end);
        }

        var joined = new string(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return joined;
    }

    private static int Start(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && !char.IsLetterOrDigit(text[i]))
        {
            i++;
        }

        return i;
    }

    private static int End(ReadOnlySpan<char> text, int start)
    {
        int i = start;
        while (i < text.Length && char.IsUpper(text[i]))
        {
            i++;
        }

        int capitals = i - start;
        int afterCapitals = i;
        while (i < text.Length && char.IsLetter(text[i]) && !char.IsUpper(text[i]))
        {
            i++;
        }

        if (capitals > 1 && i > afterCapitals)
        {
            return afterCapitals - 1;
        }

        while (i < text.Length && char.IsDigit(text[i]))
        {
            i++;
        }

        return i;
    }

    private static string Lower(ReadOnlySpan<char> word) =>
        string.Create(word.Length, word, static (buffer, source) => source.ToLowerInvariant(buffer));
}
