namespace ManagedRetrieval.Site;

/// <summary>Where files of the repository are on the site. All paths have forward slashes.</summary>
internal static class SitePaths
{
    /// <summary>The page that is made of a Markdown file: README.md becomes index.html, docs/kernels.md kernels.html.</summary>
    public static string OfMarkdown(string path)
    {
        string inside = path.StartsWith("docs/", StringComparison.Ordinal) ? path["docs/".Length..] : path;
        return path == "docs/README.md" ? "contents.html"
            : inside.EndsWith("README.md", StringComparison.Ordinal) ? inside[..^"README.md".Length] + "index.html"
            : Path.ChangeExtension(inside, ".html");
    }

    /// <summary>The page that shows a file or a folder which is no page of its own, such as a result of a benchmark.</summary>
    public static string OfFile(string path) => $"files/{path}.html";

    /// <summary>A path that a page names, from the root; null where it leads out of it.</summary>
    public static string? Resolve(string page, string target)
    {
        var parts = new List<string>(page.Split('/')[..^1]);
        foreach (string part in target.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>A link from one page to another, both from the root of the site.</summary>
    public static string Link(string from, string to) => Root(from) + to;

    /// <summary>The way from a page to the root of the site.</summary>
    public static string Root(string from) => string.Concat(Enumerable.Repeat("../", from.AsSpan().Count('/')));
}
