using System.Text.Json;

namespace ManagedRetrieval.Site;

/// <summary>What the search looks through: a script that a page can load from the file system too.</summary>
internal static class SearchData
{
    private const int LongestText = 1200;

    public static string Script(IEnumerable<SitePage> pages)
    {
        var entries = new List<string[]>();
        foreach (SitePage page in pages)
        {
            // What stands above the first heading belongs to the page.
            entries.Add([page.Title, page.Group, page.Url, Shortened(Above(page))]);
            // Of members of one name the first stands for all.
            entries.AddRange(page.Headings.DistinctBy(heading => heading.Text).Select(heading => (string[])[heading.Text, page.Title, $"{page.Url}#{heading.Id}", Shortened(heading.Below)]));
        }

        return $"const searchData = {JsonSerializer.Serialize(entries)};\n";
    }

    private static string Above(SitePage page)
    {
        int start = page.Body.IndexOf("</h1>", StringComparison.Ordinal) is var title and >= 0 ? title + "</h1>".Length : 0;
        int first = page.Headings.Count == 0 ? -1 : page.Body.IndexOf($"id=\"{page.Headings[0].Id}\"", StringComparison.Ordinal);
        return Text.OfHtml(page.Body[start..(first < 0 ? page.Body.Length : page.Body.LastIndexOf('<', first))]);
    }

    private static string Shortened(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
