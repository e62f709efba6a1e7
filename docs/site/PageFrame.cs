namespace ManagedRetrieval.Site;

/// <summary>What stands around the body of every page.</summary>
internal static class PageFrame
{
    public static string Html(SitePage page, Navigation navigation)
    {
        string root = SitePaths.Root(page.Url);
        string title = page.Url == "index.html" ? "ManagedRetrieval" : $"{page.Title} · ManagedRetrieval";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Text.Html(title)}</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="{root}style.css">
            </head>
            <body data-root="{root}">
            <a class="skip" href="#content">Skip to the text</a>
            <header>
            <a class="brand" href="{root}index.html">ManagedRetrieval</a>
            <div class="search">
            <input type="search" id="search" placeholder="Search ( / )" aria-label="Search the documentation" autocomplete="off" spellcheck="false">
            <ol id="results" hidden></ol>
            </div>
            </header>
            <input type="checkbox" id="menu" class="menu-switch"><label for="menu">Contents</label>
            <div class="frame">
            <nav class="contents" aria-label="Contents">
            {navigation.Html(page.Url, Shown(page))}</nav>
            <main id="content">
            {page.Body}</main>
            {OnThisPage(page)}
            </div>
            <script src="{root}search-data.js" defer></script>
            <script src="{root}site.js" defer></script>
            </body>
            </html>

            """;
    }

    /// <summary>The entry of the menu that a page belongs to.</summary>
    private static string Shown(SitePage page) =>
        page.Url.StartsWith("decisions/", StringComparison.Ordinal) ? "decisions/index.html"
        : page.Url.StartsWith("api/", StringComparison.Ordinal) && page.Group is not "API" ? ApiCatalogue.UrlOfNamespace(page.Group)
        : page.Url;

    private static string OnThisPage(SitePage page)
    {
        string items = string.Concat(page.Headings.Select(heading =>
            $"<li class=\"level{heading.Level}\"><a href=\"#{heading.Id}\">{Text.Html(heading.Text.Split('.')[^1] is { Length: > 0 } last && page.Url.StartsWith("api/", StringComparison.Ordinal) ? last : heading.Text)}</a></li>\n"));
        return page.Headings.Count < 2 ? "<aside></aside>" : $"<aside><nav aria-label=\"On this page\"><h2>On this page</h2><ul>\n{items}</ul></nav></aside>";
    }
}
