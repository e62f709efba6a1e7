using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace ManagedRetrieval.Site;

/// <summary>The page of a type: what it is, and all its members.</summary>
internal sealed class ApiTypePage(ApiCatalogue api, ApiComments comments, ApiText text)
{
    private readonly ApiSignature _signature = new(api);

    public SitePage Render(INamedTypeSymbol type)
    {
        string url = api.UrlOf(type)!, name = ApiSignature.Name(type), space = type.ContainingNamespace.ToDisplayString();
        XElement comment = comments.Of(type);
        var body = new StringBuilder($"<p class=\"place\"><a href=\"{SitePaths.Link(url, ApiCatalogue.UrlOfNamespace(space))}\">{space}</a></p>\n<h1>{Text.Html(name)}</h1>\n");
        body.Append(text.Block(comment.Element("summary"), url)).Append($"<pre class=\"signature\">{_signature.OfType(type, url)}</pre>\n");
        body.Append(List("Type parameters", "typeparam", comment, url));
        body.Append(type.TypeKind == TypeKind.Delegate ? List("Parameters", "param", comment, url) : "");
        body.Append(text.Block(comment.Element("remarks"), url));
        var headings = new List<SiteHeading>();
        foreach (IGrouping<string, (ISymbol Member, string Place)> section in ApiMembers.Of(type).GroupBy(member => ApiMembers.SectionTitle(member.Member)))
        {
            // A member may have the name of its section.
            string id = Text.Slug(section.Key) + "-of-the-type";
            body.Append($"<h2 id=\"{id}\">{section.Key}</h2>\n");
            headings.Add(new SiteHeading(2, section.Key, id, ""));
            foreach ((ISymbol member, string place) in section)
            {
                XElement about = comments.Of(member);
                body.Append($"<section class=\"member\">\n<h3 id=\"{place}\">{Text.Html(ApiMembers.Title(member, type))}</h3>\n{Member(member, about, url)}</section>\n");
                headings.Add(new SiteHeading(3, $"{name}.{ApiMembers.Title(member, type)}", place, Text.OfHtml(text.Line(about.Element("summary"), url))));
            }
        }

        return new SitePage(url, name, body.ToString(), headings, space);
    }

    private string Member(ISymbol member, XElement comment, string url)
    {
        var html = new StringBuilder($"<pre class=\"signature\">{_signature.OfMember(member, url)}</pre>\n");
        html.Append(text.Block(comment.Element("summary"), url));
        html.Append(List("Type parameters", "typeparam", comment, url)).Append(List("Parameters", "param", comment, url));
        if (comment.Element("returns") is { } returns)
        {
            html.Append("<h4>Returns</h4>").Append(text.Block(returns, url));
        }

        html.Append(Errors(comment, url));
        if (comment.Element("remarks") is { } remarks)
        {
            html.Append("<h4>Remarks</h4>").Append(text.Block(remarks, url));
        }

        return html.ToString();
    }

    private string List(string title, string part, XElement comment, string url)
    {
        string items = string.Concat(comment.Elements(part).Where(item => item.Nodes().Any())
            .Select(item => $"<dt><code>{Text.Html(item.Attribute("name")?.Value ?? "")}</code></dt><dd>{text.Line(item, url)}</dd>\n"));
        return items.Length == 0 ? "" : $"<h4>{title}</h4><dl>\n{items}</dl>\n";
    }

    private string Errors(XElement comment, string url)
    {
        string items = string.Concat(comment.Elements("exception").Select(item =>
            $"<dt>{text.Line(new XElement("named", new XElement("see", item.Attribute("cref"))), url)}</dt><dd>{text.Line(item, url)}</dd>\n"));
        return items.Length == 0 ? "" : $"<h4>Errors</h4><dl>\n{items}</dl>\n";
    }
}
