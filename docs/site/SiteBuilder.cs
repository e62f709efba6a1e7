namespace ManagedRetrieval.Site;

/// <summary>Makes the site: pages of Markdown, of the libraries, of files that are linked to; the search; and looks at all links.</summary>
internal static class SiteBuilder
{
    /// <summary>Writes the site into a folder, which is emptied first, and gives the number of pages.</summary>
    public static int Build(string root, string output, Problems problems)
    {
        string[] sources = ["README.md", .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        ApiCatalogue api = ApiCatalogue.Load(AppContext.BaseDirectory);
        var apiPages = new ApiPages(api, problems);
        Navigation navigation = Navigation.Read(root, sources);
        navigation.Add("API", apiPages.Entries);

        var markdown = new MarkdownPages(root, api, problems);
        SitePage[] written = [.. sources.Select(source => markdown.Render(source, navigation.GroupOf))];
        SitePage[] pages = [.. written, .. apiPages.Render()];
        Clear(output);
        foreach (SitePage page in pages.Concat(FilePages.Render(root, markdown.Files)))
        {
            Write(output, page.Url, PageFrame.Html(page, navigation));
        }

        Write(output, "search-data.js", SearchData.Script(pages));
        foreach (string image in markdown.Images)
        {
            Copy(Path.Combine(root, image), Path.Combine(output, MarkdownPages.OfImage(image)));
        }

        foreach (string asset in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "assets")))
        {
            Copy(asset, Path.Combine(output, Path.GetFileName(asset)));
        }

        LinkCheck.Run(output, problems);
        return Directory.EnumerateFiles(output, "*.html", SearchOption.AllDirectories).Count();
    }

    /// <summary>Empties what an earlier build wrote. Another folder is not touched: its files are not ours to remove.</summary>
    private static void Clear(string output)
    {
        if (!Directory.Exists(output))
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(output).Any() && !File.Exists(Path.Combine(output, "search-data.js")))
        {
            throw new IOException($"'{output}' is neither empty nor an earlier site.");
        }

        Directory.Delete(output, recursive: true);
    }

    private static void Write(string output, string url, string text)
    {
        string path = Path.Combine(output, url);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }
}
