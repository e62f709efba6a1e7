using System.Text;

namespace ManagedRetrieval.Site;

/// <summary>Shows files of the repository that pages link to: the text of a file, the list of a folder.</summary>
internal static class FilePages
{
    /// <summary>The page of each path, and of what is in those that are folders.</summary>
    public static IEnumerable<SitePage> Render(string root, IEnumerable<string> paths) => paths.Order(StringComparer.Ordinal).SelectMany(path => Render(root, path)).DistinctBy(page => page.Url);

    private static IEnumerable<SitePage> Render(string root, string path)
    {
        string url = SitePaths.OfFile(path), whole = Path.Combine(root, path);
        if (File.Exists(whole))
        {
            return [new SitePage(url, path, $"<h1>{Text.Html(path)}</h1>\n<pre class=\"code\"><code>{Text.Html(File.ReadAllText(whole))}</code></pre>\n", [], "Files")];
        }

        string[] inside = [.. Directory.EnumerateFiles(whole).Select(file => $"{path}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal)];
        var body = new StringBuilder($"<h1>{Text.Html(path)}</h1>\n<ul>\n");
        foreach (string file in inside)
        {
            body.Append($"<li><a href=\"{SitePaths.Link(url, SitePaths.OfFile(file))}\">{Text.Html(file.Split('/')[^1])}</a></li>\n");
        }

        return [new SitePage(url, path, body.Append("</ul>\n").ToString(), [], "Files"), .. inside.SelectMany(file => Render(root, file))];
    }
}
