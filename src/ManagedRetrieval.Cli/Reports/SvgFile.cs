using System.Globalization;
using System.Text;
using System.Xml.Linq;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>A figure as a drawing of its own, with title, finding, legend and colours in light and dark.</summary>
internal static class SvgFile
{
    private const string Style = "text { font: 12.5px system-ui, -apple-system, \"Segoe UI\", Roboto, \"Liberation Sans\", Arial, sans-serif; fill: var(--text); } svg { color: var(--text); fill: currentColor; }";

    private const int Margin = 16, Line = 22, Head = 60;

    /// <summary>Writes the drawing; the file is whole or as it was.</summary>
    public static Task WriteAsync(string path, ReportFigure figure, CancellationToken cancellationToken) => AtomicFile.WriteAsync(
        path,
        async (stream, token) => await stream.WriteAsync(Encoding.UTF8.GetBytes(Make(figure).ToString() + "\n"), token).ConfigureAwait(false),
        cancellationToken);

    /// <summary>The drawing.</summary>
    public static XElement Make(ReportFigure figure)
    {
        XNamespace svg = "http://www.w3.org/2000/svg";
        double width = figure.Width + (2 * Margin), height = Head + (figure.Legend.Count * Line) + figure.Height + Margin;
        XElement plot = SvgDrawing.Make(figure, "figure");
        plot.SetAttributeValue("x", Margin);
        plot.SetAttributeValue("y", Head + (figure.Legend.Count * Line));
        plot.SetAttributeValue("width", figure.Width);
        plot.SetAttributeValue("height", figure.Height);
        var drawing = new XElement(
            "svg",
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}")),
            new XElement("style", PageStyle.Colours + Style),
            new XElement("rect", new XAttribute("width", width), new XAttribute("height", height), new XAttribute("style", "fill:var(--card)")),
            new XElement("text", new XAttribute("x", Margin), new XAttribute("y", 26), new XAttribute("style", "font-weight:600;font-size:15px"), PlainText.Clean(figure.Title)),
            new XElement("text", new XAttribute("x", Margin), new XAttribute("y", 46), new XAttribute("style", "fill:var(--muted)"), PlainText.Clean(figure.Finding)),
            figure.Legend.Select((look, i) => new XElement(
                "text", new XAttribute("x", Margin), new XAttribute("y", Head + (i * Line) + 12),
                new XElement("tspan", new XAttribute("style", $"fill:{look.Css}"), look.Glyph.ToString()), " " + PlainText.Clean(look.Name))),
            plot);

        // A page knows what an svg is; a file has to say.
        foreach (XElement element in drawing.DescendantsAndSelf())
        {
            element.Name = svg + element.Name.LocalName;
        }

        return drawing;
    }
}
