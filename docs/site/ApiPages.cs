using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace ManagedRetrieval.Site;

/// <summary>The pages of the libraries: a list of namespaces, a page for each of them, and for each type.</summary>
internal sealed class ApiPages
{
    public const string Index = "api/index.html";

    private readonly ApiCatalogue _api;
    private readonly ApiComments _comments;
    private readonly ApiText _text;
    private readonly ApiTypePage _typePage;
    private readonly IReadOnlyList<IGrouping<string, INamedTypeSymbol>> _namespaces;

    public ApiPages(ApiCatalogue api, Problems problems)
    {
        _api = api;
        _comments = new ApiComments(api, problems);
        _text = new ApiText(api, problems);
        _typePage = new ApiTypePage(api, _comments, _text);
        _namespaces = [.. api.Types.GroupBy(type => type.ContainingNamespace.ToDisplayString()).OrderBy(group => group.Key, StringComparer.Ordinal)];
    }

    /// <summary>The entries of the menu.</summary>
    public IEnumerable<(string Title, string Url)> Entries =>
        _namespaces.Select(group => (Short(group.Key), ApiCatalogue.UrlOfNamespace(group.Key))).Prepend(("All namespaces", Index));

    /// <summary>Makes all pages.</summary>
    public IEnumerable<SitePage> Render() =>
        [IndexPage(), .. _namespaces.Select(NamespacePage), .. _api.Types.Select(_typePage.Render)];

    /// <summary>A namespace as the menu shows it, which is narrow.</summary>
    private static string Short(string name) => name.StartsWith("ManagedRetrieval.", StringComparison.Ordinal) ? name["ManagedRetrieval.".Length..] : name;

    private SitePage IndexPage()
    {
        var body = new StringBuilder("<h1>Public API</h1>\n<p>Made from the assemblies and their documentation comments.</p>\n");
        foreach (IGrouping<string, IGrouping<string, INamedTypeSymbol>> assembly in _namespaces.GroupBy(group => group.First().ContainingAssembly.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            body.Append($"<h2 id=\"{Text.Slug(assembly.Key)}\">{assembly.Key}</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>");
            foreach (IGrouping<string, INamedTypeSymbol> space in assembly)
            {
                string some = string.Join(", ", space.Where(type => type.ContainingType is null).Take(6).Select(type => Text.Html(ApiSignature.Name(type))));
                body.Append($"<tr><td><a href=\"{SitePaths.Link(Index, ApiCatalogue.UrlOfNamespace(space.Key))}\">{space.Key}</a></td><td>{space.Count()} types: {some}{(space.Count() > 6 ? ", …" : "")}</td></tr>\n");
            }

            body.Append("</table></div>\n");
        }

        return new SitePage(Index, "Public API", body.ToString(), Outline.Of(body.ToString()), "API");
    }

    private SitePage NamespacePage(IGrouping<string, INamedTypeSymbol> space)
    {
        string url = ApiCatalogue.UrlOfNamespace(space.Key);
        var body = new StringBuilder($"<h1>{space.Key}</h1>\n<p>Of the assembly {space.First().ContainingAssembly.Name}.</p>\n");
        foreach ((string title, TypeKind kind) in new[] { ("Classes", TypeKind.Class), ("Structures", TypeKind.Struct), ("Interfaces", TypeKind.Interface), ("Enumerations", TypeKind.Enum), ("Delegates", TypeKind.Delegate) })
        {
            INamedTypeSymbol[] types = [.. space.Where(type => type.TypeKind == kind).OrderBy(ApiSignature.Name, StringComparer.Ordinal)];
            if (types.Length == 0)
            {
                continue;
            }

            body.Append($"<h2 id=\"{Text.Slug(title)}\">{title}</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>");
            foreach (INamedTypeSymbol type in types)
            {
                XElement? summary = _comments.Of(type).Element("summary");
                body.Append($"<tr><td><a href=\"{SitePaths.Link(url, _api.UrlOf(type)!)}\">{Text.Html(ApiSignature.Name(type))}</a></td><td>{_text.Line(summary, url)}</td></tr>\n");
            }

            body.Append("</table></div>\n");
        }

        return new SitePage(url, space.Key, body.ToString(), Outline.Of(body.ToString()), "API");
    }
}
