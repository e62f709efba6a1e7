using System.Net;
using System.Text.RegularExpressions;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

/// <summary>A documented member as plain expressions over the raw XML see it; shares no code with the tool's reader.</summary>
/// <param name="Name">The name of the candidate.</param>
/// <param name="Text">The summary.</param>
/// <param name="Form">The summary in lower case, each reference as "@" and each number as "0".</param>
internal sealed partial record RawDocumentation(string Name, string Text, string Form)
{
    // Marks that no XML file can hold.
    private const char Open = '\u0001';
    private const char Close = '\u0002';

    /// <summary>The members with a summary, of several with one identifier the first.</summary>
    public static List<RawDocumentation> Read(IEnumerable<string> files)
    {
        var seen = new HashSet<string>();
        var documented = new List<RawDocumentation>();
        foreach (string file in files)
        {
            foreach (Match member in Member().Matches(Comment().Replace(File.ReadAllText(file), "")))
            {
                string id = WebUtility.HtmlDecode(member.Groups["id"].Value);
                if (Summary().Matches(member.Groups["content"].Value).Select(match => Marked(match.Groups["text"].Value)).FirstOrDefault(text => text.Length > 0) is { } marked
                    && seen.Add(id))
                {
                    documented.Add(new(NameOf(id), Mark().Replace(marked, ""), FormOf(marked)));
                }
            }
        }

        return documented;
    }

    /// <summary>The words of a text, lower case, joined by spaces.</summary>
    public static string Words(string text) => string.Join(' ', Word().Matches(text).Select(match => match.Value)).ToLowerInvariant();

    // The text with white space collapsed and a mark before and after each reference.
    private static string Marked(string xml)
    {
        string text = Reference().Replace(xml, match =>
        {
            string inner = Tag().Replace(match.Groups["inner"].Value, "");
            return Open + (string.IsNullOrWhiteSpace(inner) ? WebUtility.HtmlEncode(Target(match.Value)) : inner) + Close;
        });
        text = WebUtility.HtmlDecode(Tag().Replace(Block().Replace(text, " "), ""));

        // White space at the edge of a reference stands outside of it, and one that reads as nothing is none.
        text = text.Replace($"{Open}{Close}", "", StringComparison.Ordinal);
        text = InnerStart().Replace(text, "${space}" + Open);
        text = InnerEnd().Replace(text, Close + "${space}");
        string spaced = Space().Replace(text, " ");
        return SpaceAcross().Replace(spaced, "${mark} ").Trim();
    }

    private static string FormOf(string marked) => Digits().Replace(Regex.Replace(marked, $"{Open}[^{Close}]*{Close}", "@"), "0").ToLowerInvariant();

    private static string Target(string element)
    {
        string tag = element[..(element.IndexOf('>', StringComparison.Ordinal) + 1)];
        foreach (string attribute in new[] { "cref", "langword", "href", "name", "uid" })
        {
            Match value = Regex.Match(tag, $@"\s{attribute}\s*=\s*(?<quote>[""'])(?<value>.*?)\k<quote>");
            if (value.Success)
            {
                string target = WebUtility.HtmlDecode(value.Groups["value"].Value);
                return target.Contains("://", StringComparison.Ordinal) ? target.TrimEnd('/').Split('/')[^1] : NameOf(target).TrimEnd('*').Split('.')[^1];
            }
        }

        return "";
    }

    // "M:A.B`1.C#D#Do``2({A}.E,F)~G" is A.B.D.Do.
    private static string NameOf(string id)
    {
        string name = Regex.Replace(id, @"^.:|[(~].*$|`[`0-9]*", "", RegexOptions.Singleline);
        for (string outer = ""; outer != name;)
        {
            (outer, name) = (name, Regex.Replace(name, @"\{[^{}]*\}", ""));
        }

        return string.Join('.', name.Split('.').Select(part => part.TrimStart('#').Split('#')).SelectMany(pieces => pieces.TakeLast(2)));
    }

    [GeneratedRegex("<member\\s+name=\"(?<id>[^\"]+)\"\\s*>(?<content>.*?)</member>", RegexOptions.Singleline)]
    private static partial Regex Member();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"<summary>(?<text>.*?)</summary>", RegexOptions.Singleline)]
    private static partial Regex Summary();

    [GeneratedRegex(
        @"<(?<tag>see|seealso|paramref|typeparamref|xref|code(?=\s[^>]*data-dev-comment-type))(?=[\s/>])(?:[^>]*/>|[^>]*(?<!/)>(?<inner>.*?)</\k<tag>>)",
        RegexOptions.Singleline)]
    private static partial Regex Reference();

    [GeneratedRegex(@"</?(para|p|br|list|listheader|item|term|description)(\s[^>]*)?/?>")]
    private static partial Regex Block();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\u0001(?<space>\s+)")]
    private static partial Regex InnerStart();

    [GeneratedRegex(@"(?<space>\s+)\u0002")]
    private static partial Regex InnerEnd();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    // A space on both sides of a mark is one space.
    [GeneratedRegex(@" (?<mark>[\u0001\u0002]) ")]
    private static partial Regex SpaceAcross();

    [GeneratedRegex(@"[\u0001\u0002]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\p{Lu}+(?=\p{Lu}[\p{L}-[\p{Lu}]])|\p{Lu}?[\p{L}-[\p{Lu}]]+\d*|\p{Lu}+\d*|\d+")]
    private static partial Regex Word();
}
