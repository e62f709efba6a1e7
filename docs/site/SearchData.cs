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
            entries.AddRange(page.Headings.Select(heading => (string[])[heading.Text, page.Title, $"{page.Url}#{heading.Id}", Shortened(heading.Below)]));
        }

        return $"const searchData = {JsonSerializer.Serialize(entries)};\n";
    }

    private static string Above(SitePage page)
    {
        int first = page.Headings.Count == 0 ? -1 : page.Body.IndexOf($"id=\"{page.Headings[0].Id}\"", StringComparison.Ordinal);
        return Text.OfHtml(first < 0 ? page.Body : page.Body[..page.Body.LastIndexOf('<', first)]);
    }

    private static string Shortened(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
