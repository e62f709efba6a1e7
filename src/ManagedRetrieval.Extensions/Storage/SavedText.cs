using System.Buffers;
using System.Text;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>Texts that files can hold: not those with half of a surrogate pair, in whose place a writer of JSON puts another character.</summary>
internal static class SavedText
{
    /// <summary>Whether a value can be written as it is; what is no text always can.</summary>
    public static bool IsWhole(object? value) => value switch
    {
        string text => IsWhole(text),
        string?[] texts => Array.TrueForAll(texts, text => text is null || IsWhole(text)),
        _ => true,
    };

    /// <summary>A text for messages, with U+FFFD for each half of a pair.</summary>
    public static string Mended(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static bool IsWhole(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[(at + length)..];
        }

        return true;
    }
}
