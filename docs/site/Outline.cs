using System.Text.RegularExpressions;

namespace ManagedRetrieval.Site;

/// <summary>The headings of a body.</summary>
internal static partial class Outline
{
    /// <summary>Headings of the second and third level, with what stands between each and the next.</summary>
    public static IReadOnlyList<SiteHeading> Of(string body)
    {
        Match[] found = Heading().Matches(body).ToArray();
        var headings = new List<SiteHeading>();
        for (int i = 0; i < found.Length; i++)
        {
            int start = found[i].Index + found[i].Length, end = i + 1 < found.Length ? found[i + 1].Index : body.Length;
            headings.Add(new SiteHeading(found[i].Groups[1].Value[0] - '0', Text.OfHtml(found[i].Groups[3].Value), found[i].Groups[2].Value, Text.OfHtml(body[start..end])));
        }

        return headings;
    }

    [GeneratedRegex("<h([23]) id=\"([^\"]+)\">(.*?)</h[23]>", RegexOptions.Singleline)]
    private static partial Regex Heading();
}
