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

    /// <summary>The links of a page that lead to files of the repository.</summary>
    public static IEnumerable<string> LocalLinks(string page) =>
        Link().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'));

    [GeneratedRegex(@"^```(?<info>[^\n]*)\n(?<text>.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    // At the left margin, behind a line of code, and followed by nothing or by a type.
    [GeneratedRegex(@"(?<=^[^/\s][^\n]*\n\n*)(^// (?<line>[^\n]*\n))+(?=\n*(\z|///|\[|(\w+ )*(class|struct|record|enum|interface) ))", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex LastComment();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
