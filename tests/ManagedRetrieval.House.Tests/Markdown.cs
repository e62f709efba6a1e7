using System.Text.RegularExpressions;

namespace ManagedRetrieval.House.Tests;

/// <summary>The pages that users read.</summary>
internal static partial class Markdown
{
    public static IReadOnlyList<string> Pages => ["README.md", .. Repository.Files("docs", "*.md")];

    /// <summary>The fenced blocks of a page: what stands behind the fence, the lines, and the first line's number.</summary>
    public static IEnumerable<(string Info, string Text, int Line)> Blocks(string page)
    {
        string source = Repository.Read(page).ReplaceLineEndings("\n");
        foreach (Match match in Fence().Matches(source))
        {
            yield return (match.Groups["info"].Value.Trim(), match.Groups["text"].Value, source.AsSpan(0, match.Index).Count('\n') + 2);
        }
    }

    /// <summary>
    /// What a program is said to print: the lines of the comment that stands behind its last statement, at the end of the
    /// block or before the types; empty where there is none.
    /// </summary>
    public static string StatedOutput(string program)
    {
        Match comment = LastComment().Match(program);
        return string.Concat(comment.Groups["line"].Captures.Select(line => line.Value));
    }

    /// <summary>The targets of a page's links and pictures, those in code left out.</summary>
    public static IEnumerable<string> Links(string page) => Link().Matches(Prose(page)).Select(match => match.Groups[1].Value);

    /// <summary>The places of a page that a link can name: its headings, by the names that GitHub gives them.</summary>
    public static IReadOnlyList<string> Places(string page)
    {
        var places = new List<string>();
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(WithoutBlocks(page)))
        {
            // Of a link in a heading its text alone counts.
            string text = LinkText().Replace(heading.Groups[1].Value, "$1").Trim().ToLowerInvariant();
            string name = string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
            int before = taken.GetValueOrDefault(name);
            taken[name] = before + 1;
            places.Add(before == 0 ? name : $"{name}-{before}");
        }

        return places;
    }

    private static string Prose(string page) => Code().Replace(WithoutBlocks(page), "");

    private static string WithoutBlocks(string page) => Fence().Replace(Repository.Read(page).ReplaceLineEndings("\n"), "");

    [GeneratedRegex(@"^```(?<info>[^\n]*)\n(?<text>.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    // At the left margin, behind a line of code, and followed by nothing or by a type.
    [GeneratedRegex(@"(?<=^[^/\s][^\n]*\n\n*)(^// (?<line>[^\n]*\n))+(?=\n*(\z|///|\[|(\w+ )*(class|struct|record|enum|interface) ))", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex LastComment();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex("^#{1,6} (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex Code();
}
