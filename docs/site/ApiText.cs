using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace ManagedRetrieval.Site;

/// <summary>The text of a documentation comment as HTML.</summary>
internal sealed class ApiText(ApiCatalogue api, Problems problems)
{
    /// <summary>A paragraph or several; nothing where the element is absent.</summary>
    public string Block(XElement? element, string page)
    {
        if (element is null)
        {
            return "";
        }

        // Text before the first paragraph is one too.
        var html = new StringBuilder();
        var open = new StringBuilder();
        foreach (XNode node in element.Nodes())
        {
            if (node is XElement { Name.LocalName: "para" or "list" or "code" } block)
            {
                Close();
                html.Append(block.Name.LocalName == "para" ? Block(block, page) : Inline(block, page));
            }
            else
            {
                open.Append(Inline(node, page));
            }
        }

        Close();
        return html.ToString();

        void Close()
        {
            if (!string.IsNullOrWhiteSpace(open.ToString()))
            {
                html.Append("<p>").Append(open.ToString().Trim()).Append("</p>");
            }

            open.Clear();
        }
    }

    /// <summary>The text within a line.</summary>
    public string Line(XElement? element, string page) => element is null ? "" : string.Concat(element.Nodes().Select(node => Inline(node, page))).Trim();

    private string Inline(XNode node, string page)
    {
        switch (node)
        {
            case XText text:
                return Text.Html(text.Value);
            case XElement { Name.LocalName: "c" or "paramref" or "typeparamref" } code:
                return $"<code>{Text.Html(code.Attribute("name")?.Value ?? code.Value)}</code>";
            case XElement { Name.LocalName: "code" } block:
                return $"<pre class=\"code\"><code>{CodeColours.Html(block.Value.Trim('\r', '\n'))}</code></pre>";
            case XElement { Name.LocalName: "para" } paragraph:
                return " " + Line(paragraph, page);
            case XElement { Name.LocalName: "see" or "seealso" } see:
                return See(see, page);
            case XElement { Name.LocalName: "list" } list:
                return "<ul>" + string.Concat(list.Elements("item").Select(item => $"<li>{Line(item.Element("description") ?? item, page)}</li>")) + "</ul>";
            case XElement { Name.LocalName: "i" or "b" or "sub" or "sup" } mark:
                return $"<{mark.Name.LocalName}>{Line(mark, page)}</{mark.Name.LocalName}>";
            case XElement unknown:
                problems.Add(page, $"'{unknown.Name.LocalName}' in a comment has no form here");
                return "";
            default:
                return "";
        }
    }

    private string See(XElement see, string page)
    {
        if (see.Attribute("href")?.Value is { } address)
        {
            return $"<a href=\"{Text.Html(address)}\">{(see.IsEmpty ? Text.Html(address) : Line(see, page))}</a>";
        }

        if (see.Attribute("langword")?.Value is { } word)
        {
            return $"<code>{Text.Html(word)}</code>";
        }

        string named = see.Attribute("cref")?.Value ?? "";
        ISymbol? symbol = DocumentationCommentId.GetFirstSymbolForDeclarationId(named, api.Compilation);
        if (symbol is null)
        {
            problems.Add(page, $"'{named}' is nothing that is known");
            return Text.Html(named);
        }

        string shown = $"<code>{(see.IsEmpty ? Text.Html(Short(symbol, page)) : Line(see, page))}</code>";
        return api.UrlOf(symbol) is { } url ? $"<a href=\"{SitePaths.Link(page, url)}\">{shown}</a>" : shown;
    }

    private string Short(ISymbol symbol, string page) => symbol switch
    {
        INamespaceSymbol => symbol.ToDisplayString(),
        INamedTypeSymbol type => ApiSignature.Name(type),
        { ContainingType: { } type } when symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } => ApiSignature.Name(type),
        // A member of the page's own type goes without its name.
        { ContainingType: { } type } => (api.UrlOf(type) == page ? "" : ApiSignature.Name(type) + ".") + symbol.Name,
        _ => symbol.Name,
    };
}
