using System.Globalization;
using System.Text;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

/// <summary>What a text feature is defined to give, built from strings in the most obvious way.</summary>
internal static class TextFeatureReference
{
    public static List<int> Encode(string text, TextFeatureOptions options)
    {
        List<string> words = Words(text);
        List<int> ids = [];
        for (int w = 0; w < words.Count; w++)
        {
            if (options.Words)
            {
                Add(words[w], 1);
            }

            if (options.WordPairs && w > 0)
            {
                Add($"{words[w - 1]} {words[w]}", 2);
            }

            foreach (string gram in NGrams($"<{words[w]}>", options.MinimumCharacterNGram, options.MaximumCharacterNGram))
            {
                Add(gram, 3);
            }
        }

        return ids;

        void Add(string feature, long kind) =>
            ids.Add(StableHash.Bucket(StableHash.Of(feature, StableHash.Of(kind, options.Seed)), options.Buckets));
    }

    public static List<string> Words(string text)
    {
        string separated = string.Concat(text.EnumerateRunes().Select(rune => IsLetterOrDigit(rune) ? rune.ToString() : " "));
        return [.. separated.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    public static IEnumerable<string> NGrams(string marked, int minimum, int maximum)
    {
        List<string> runes = [.. marked.EnumerateRunes().Select(rune => rune.ToString())];
        if (minimum == 0)
        {
            return [];
        }

        if (runes.Count <= minimum)
        {
            return [marked];
        }

        return Enumerable.Range(minimum, Math.Min(maximum, runes.Count) - minimum + 1).SelectMany(n =>
            Enumerable.Range(0, runes.Count - n + 1).Select(start => string.Concat(runes.GetRange(start, n))));
    }

    private static bool IsLetterOrDigit(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber;
}
