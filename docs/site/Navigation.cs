using System.Text;
using System.Text.RegularExpressions;

namespace ManagedRetrieval.Site;

/// <summary>The menu. It is docs/README.md, so that the contents are written once: its headings are groups, its links entries.</summary>
internal sealed partial class Navigation
{
    private readonly List<(string Title, List<(string Title, string Url)> Entries)> _groups = [];

    private Navigation()
    {
    }

    /// <summary>Reads the contents. Pages that they do not name come last, so that a new page is found before somebody sorts it in.</summary>
    public static Navigation Read(string root, IEnumerable<string> pages)
    {
        var navigation = new Navigation();
        var named = new HashSet<string>(StringComparer.Ordinal) { "README.md", "docs/README.md" };
        foreach (string line in File.ReadLines(Path.Combine(root, "docs", "README.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                navigation._groups.Add((line[3..].Trim(), []));
            }
            else if (Entry().Match(line) is { Success: true } entry && SitePaths.Resolve("docs/README.md", entry.Groups[2].Value) is { } path)
            {
                named.Add(path);
                navigation._groups[^1].Entries.Add((entry.Groups[1].Value, SitePaths.OfMarkdown(path)));
            }
        }

        string[] others = [.. pages.Where(page => !named.Contains(page) && !page.StartsWith("docs/decisions/", StringComparison.Ordinal))];
        if (others.Length > 0)
        {
            navigation._groups.Add(("More", [.. others.Select(page => (Heading(Path.Combine(root, page)), SitePaths.OfMarkdown(page)))]));
        }

        return navigation;
    }

    /// <summary>Adds a group at the end.</summary>
    public void Add(string title, IEnumerable<(string Title, string Url)> entries) => _groups.Add((title, [.. entries]));

    /// <summary>The group that lists a page; empty where none does.</summary>
    public string GroupOf(string url) => _groups.FirstOrDefault(group => group.Entries.Any(entry => entry.Url == url)).Title ?? "";

    /// <summary>The menu as a page shows it, its own entry marked.</summary>
    public string Html(string page, string shown)
    {
        var html = new StringBuilder();
        foreach ((string title, List<(string Title, string Url)> entries) in _groups)
        {
            html.Append("<section><h2>").Append(Text.Html(title)).Append("</h2><ul>");
            foreach ((string name, string url) in entries)
            {
                string mark = url == shown ? " aria-current=\"page\"" : "";
                html.Append($"<li><a href=\"{SitePaths.Link(page, url)}\"{mark}>{Text.Html(name)}</a></li>");
            }

            html.Append("</ul></section>\n");
        }

        return html.ToString();
    }

    private static string Heading(string file) => File.ReadLines(file).First(line => line.StartsWith("# ", StringComparison.Ordinal))[2..].Trim();

    [GeneratedRegex(@"^- \[([^\]]+)\]\(([^)#]+\.md)\)")]
    private static partial Regex Entry();
}
