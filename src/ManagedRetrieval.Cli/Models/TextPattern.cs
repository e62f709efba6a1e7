using System.Text.RegularExpressions;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Takes a part out of a text by a regular expression of the user's.</summary>
internal static class TextPattern
{
    // No match of a title or a code takes that long, but a careless pattern could run for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Whether it can be read and has a group.</summary>
    public static bool IsSound(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant).GetGroupNumbers().Length > 1;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>What the first group matches; null where nothing does.</summary>
    /// <exception cref="ToolException">The search took too long.</exception>
    public static string? Find(string pattern, string text)
    {
        try
        {
            return Regex.Match(text, pattern, RegexOptions.CultureInvariant, Longest) is { Success: true } match && match.Groups[1].Success ? match.Groups[1].Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ToolException($"The pattern '{pattern}' took more than a second on '{text}'.");
        }
    }
}
