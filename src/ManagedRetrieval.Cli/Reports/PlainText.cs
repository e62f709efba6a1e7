using System.Globalization;
using System.Text;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Text from data, made fit to stand in a page.</summary>
internal static class PlainText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// The text with a space for each control or formatting character and each line separator, and U+FFFD for what is no
    /// character: HTML allows neither, and a mark of direction would turn what stands beside it. The joiners stay,
    /// for they are part of how words of some scripts are written.
    /// </summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            clean.Append(IsNoncharacter(rune.Value) ? Rune.ReplacementChar.ToString() : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Format when rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner => rune.ToString(),
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => " ",
                _ => rune.ToString(),
            });
        }

        return clean.ToString();
    }

    /// <summary>Clean text of at most so many visible characters, the last an ellipsis where some were cut off.</summary>
    public static string Short(string text, int length)
    {
        string clean = Clean(text).Trim();
        int[] starts = StringInfo.ParseCombiningCharacters(clean);
        return starts.Length <= length ? clean : clean[..starts[length - 1]].TrimEnd() + "…";
    }

    /// <summary>The text with a capital at its beginning.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static bool IsNoncharacter(int value) => value is >= 0xFDD0 and <= 0xFDEF || (value & 0xFFFE) == 0xFFFE;
}
