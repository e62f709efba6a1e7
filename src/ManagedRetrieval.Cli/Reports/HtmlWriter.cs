using System.Text;
using System.Xml.Linq;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Writes elements one inside the other; every text and attribute is cleaned and escaped.</summary>
internal sealed class HtmlWriter
{
    private static readonly string[] Inline = ["a", "b", "bdi", "h1", "h2", "h3", "p", "span", "summary", "td", "th", "title", "dt", "dd", "caption", "li"];

    private readonly StringBuilder _html = new("<!DOCTYPE html>\n");
    private readonly Stack<string> _open = new();

    /// <summary>How many figures were written; their elements' ids are made of it.</summary>
    public int Figures { get; set; }

    public HtmlWriter Open(string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(element, attributes);
        _open.Push(element);
        if (!Inline.Contains(element))
        {
            _html.Append('\n');
        }

        return this;
    }

    public HtmlWriter Close()
    {
        string element = _open.Pop();
        _html.Append("</").Append(element).Append('>');
        if (element is not ("a" or "b" or "bdi" or "span"))
        {
            _html.Append('\n');
        }

        return this;
    }

    /// <summary>An element that holds nothing, such as a meta.</summary>
    public HtmlWriter Void(string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(element, attributes);
        _html.Append('\n');
        return this;
    }

    /// <summary>An element that holds text alone.</summary>
    public HtmlWriter Element(string element, string text, params ReadOnlySpan<(string Name, string Value)> attributes) =>
        Open(element, attributes).Text(text).Close();

    public HtmlWriter Text(string text)
    {
        _html.Append(Escape(text));
        return this;
    }

    /// <summary>Text from data, whose direction of writing is its own.</summary>
    public HtmlWriter Data(string text) => Element("bdi", text);

    /// <summary>The page's style sheet, which is no data.</summary>
    public HtmlWriter Style(string css)
    {
        _html.Append("<style>\n").Append(css).Append("</style>\n");
        return this;
    }

    /// <summary>A drawing, whose text is clean already.</summary>
    public HtmlWriter Drawing(XElement svg)
    {
        _html.Append(svg.ToString(SaveOptions.DisableFormatting)).Append('\n');
        return this;
    }

    public override string ToString() => _html.ToString();

    private static string Escape(string text) => PlainText.Clean(text)
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    private void Start(string element, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _html.Append('<').Append(element);
        foreach ((string name, string value) in attributes)
        {
            _html.Append(' ').Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        _html.Append('>');
    }
}
