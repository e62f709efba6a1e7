using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ManagedRetrieval.Site;

/// <summary>Makes pages of the repository's Markdown.</summary>
internal sealed class MarkdownPages(string root, ApiCatalogue api, Problems problems)
{
    private readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();
    private readonly HashSet<string> _images = new(StringComparer.Ordinal), _files = new(StringComparer.Ordinal);

    /// <summary>Pictures that the pages show, from the root of the repository.</summary>
    public IReadOnlySet<string> Images => _images;

    /// <summary>Files and folders that the pages link to and that are no pages.</summary>
    public IReadOnlySet<string> Files => _files;

    /// <summary>Makes the page of a file.</summary>
    public SitePage Render(string path, Func<string, string> groupOf)
    {
        MarkdownDocument document = Markdown.Parse(File.ReadAllText(Path.Combine(root, path)), _pipeline);
        string url = SitePaths.OfMarkdown(path);
        NameHeadings(document);
        foreach (LinkInline link in document.Descendants<LinkInline>())
        {
            link.Url = Target(path, url, link.Url ?? "", link.IsImage);
        }

        string body = Html(document, url);
        HeadingBlock? title = document.Descendants<HeadingBlock>().FirstOrDefault(heading => heading.Level == 1);
        if (title is null)
        {
            problems.Add(path, "there is no heading of the first level");
        }

        return new SitePage(url, title is null ? path : PlainText(title), body, Outline.Of(body), groupOf(url));
    }

    private string Html(MarkdownDocument document, string url)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        _pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeBlocks());
        renderer.ObjectRenderers.ReplaceOrAdd<CodeInlineRenderer>(new InlineCode(api, url));
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new ScrolledTables());
        renderer.Render(document);
        return writer.ToString();
    }

    private static void NameHeadings(MarkdownDocument document)
    {
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (HeadingBlock heading in document.Descendants<HeadingBlock>())
        {
            string slug = Text.Slug(PlainText(heading));
            int before = taken.GetValueOrDefault(slug);
            taken[slug] = before + 1;
            heading.GetAttributes().Id = before == 0 ? slug : $"{slug}-{before}";
        }
    }

    private static string PlainText(HeadingBlock heading) => string.Concat(heading.Inline!.Descendants().Select(inline => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        _ => "",
    }));

    private string Target(string path, string url, string target, bool isImage)
    {
        if (target.StartsWith('#') || target.Contains("://", StringComparison.Ordinal))
        {
            return target;
        }

        string[] parts = target.Split('#', 2);
        if (SitePaths.Resolve(path, parts[0]) is not { } file || !Path.Exists(Path.Combine(root, file)))
        {
            problems.Add(path, $"there is no '{target}'");
            return target;
        }

        string place = parts.Length == 2 ? "#" + parts[1] : "";
        if (isImage)
        {
            _images.Add(file);
            return SitePaths.Link(url, OfImage(file));
        }

        if (file == "docs" || file.EndsWith(".md", StringComparison.Ordinal))
        {
            return SitePaths.Link(url, SitePaths.OfMarkdown(file == "docs" ? "docs/README.md" : file)) + place;
        }

        _files.Add(file);
        return SitePaths.Link(url, SitePaths.OfFile(file));
    }

    /// <summary>The place of a picture on the site.</summary>
    public static string OfImage(string file) => "images/" + file.Split('/')[^1];

    /// <summary>Blocks of code, C# in colours.</summary>
    private sealed class CodeBlocks : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            string language = (obj as FencedCodeBlock)?.Info ?? "";
            string code = obj.Lines.ToString();
            renderer.Write("<pre class=\"code\"><code>").Write(language == "csharp" ? CodeColours.Html(code) : Text.Html(code)).WriteLine("</code></pre>");
        }
    }

    /// <summary>Code within a line; the name of a type or member is a link to its page.</summary>
    private sealed class InlineCode(ApiCatalogue api, string url) : HtmlObjectRenderer<CodeInline>
    {
        protected override void Write(HtmlRenderer renderer, CodeInline obj)
        {
            string? target = IsWithin(obj) ? null : api.Find(obj.Content);
            string code = $"<code>{Text.Html(obj.Content)}</code>";
            renderer.Write(target is null ? code : $"<a class=\"api\" href=\"{SitePaths.Link(url, target)}\">{code}</a>");
        }

        /// <summary>Whether code stands in a link already, or in a heading.</summary>
        private static bool IsWithin(CodeInline code)
        {
            ContainerInline? outer = code.Parent;
            while (outer is not null and not LinkInline && outer.Parent is not null)
            {
                outer = outer.Parent;
            }

            return outer is LinkInline || outer?.ParentBlock is HeadingBlock;
        }
    }

    /// <summary>Tables in a frame of their own, which scrolls on a narrow screen.</summary>
    private sealed class ScrolledTables : HtmlObjectRenderer<Table>
    {
        private readonly HtmlTableRenderer _table = new();

        protected override void Write(HtmlRenderer renderer, Table obj)
        {
            renderer.Write("<div class=\"scroll\" tabindex=\"0\">");
            _table.Write(renderer, obj);
            renderer.WriteLine("</div>");
        }
    }
}
