using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using OxyPlot;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Makes OxyPlot's drawing part of a page.</summary>
/// <remarks>
/// OxyPlot writes a document of its own: fixed size, colours for one background, a font that few systems have, ids that
/// repeat from plot to plot, and a style for every mark. Here it becomes an element that scales, takes text's colour and
/// font from the page, has a name and a description, ids of its own, and a group for marks of one style.
/// </remarks>
internal static partial class SvgDrawing
{
    /// <summary>Font size of a plot whose text says no other.</summary>
    public const double FontSize = 12.5;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Draws a figure's plot.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="id">Of the figure in the page; the drawing's own ids begin with it.</param>
    /// <exception cref="ArgumentException">The figure names points, but not as many as it has.</exception>
    public static XElement Make(ReportFigure figure, string id)
    {
        XElement drawn = Export(figure.Plot, figure.Width, figure.Height);
        var svg = new XElement(
            "svg",
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {figure.Width} {figure.Height}")),
            new XAttribute("role", "img"),
            new XAttribute("aria-labelledby", $"{id}-title {id}-text"),
            new XElement("title", new XAttribute("id", $"{id}-title"), PlainText.Clean(figure.Title)),
            new XElement("desc", new XAttribute("id", $"{id}-text"), PlainText.Clean(figure.Finding)));
        var names = new Queue<string>(figure.PointNames);

        // OxyPlot clips marks to the plot's area; here they all lie in it, and those at its edge are whole.
        foreach (XElement part in drawn.Elements(Svg + "g"))
        {
            svg.Add(Grouped([.. part.Elements().Select(mark => Mark(mark, figure, names)).OfType<XElement>()]));
        }

        if (names.Count > 0)
        {
            throw new ArgumentException($"The figure names {figure.PointNames.Count} points; expected one name for each, but {names.Count} names are left over.", nameof(figure));
        }

        return svg;
    }

    private static XElement Export(PlotModel plot, double width, double height)
    {
        using var stream = new MemoryStream();
        new SvgExporter { Width = width, Height = height, TextMeasurer = new TextRuler() }.Export(plot, stream);
        stream.Position = 0;
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XElement.Load(reader);
    }

    // Null where there is nothing to see.
    private static XElement? Mark(XElement drawn, ReportFigure figure, Queue<string> names)
    {
        var mark = new XElement(drawn.Name.LocalName);
        if (mark.Name.LocalName == "text")
        {
            foreach (XAttribute attribute in drawn.Attributes().Where(attribute => !attribute.Name.LocalName.StartsWith("font-", StringComparison.Ordinal) && attribute.Name != "fill"))
            {
                mark.SetAttributeValue(attribute.Name, Rounded(attribute.Value));
            }

            mark.SetAttributeValue("style", TextStyle(drawn));
            mark.Value = PlotText.Shown(drawn.Value);
            return mark;
        }

        Dictionary<string, string> style = Style(drawn.Attribute("style")!.Value);
        if (style.GetValueOrDefault("stroke-width") == "0")
        {
            style["stroke"] = "none";
        }

        if (style["fill"] == "none" && style["stroke"] == "none")
        {
            return null;
        }

        foreach (XAttribute attribute in drawn.Attributes().Where(attribute => attribute.Name.LocalName is not ("style" or "shape-rendering")))
        {
            mark.SetAttributeValue(attribute.Name, Rounded(attribute.Name == "points" ? Straight(attribute.Value) : attribute.Value));
        }

        mark.SetAttributeValue("style", string.Join(';', style.Select(pair => $"{pair.Key}:{(pair.Key is "fill" or "stroke" && pair.Value != "none" ? Ink.Css(pair.Value) : Rounded(pair.Value))}")));
        if (figure.PointNames.Count > 0 && style["fill"] != "none")
        {
            mark.Add(new XElement("title", PlainText.Clean(names.TryDequeue(out string? name)
                ? name
                : throw new ArgumentException($"The figure names {figure.PointNames.Count} points; expected one name for each, but there are more.", nameof(figure)))));
        }

        return mark;
    }

    private static string? TextStyle(XElement drawn)
    {
        string colour = Ink.Css(drawn.Attribute("fill")!.Value);
        double size = double.Parse(drawn.Attribute("font-size")!.Value, CultureInfo.InvariantCulture);
        List<string> style = [];
        if (colour != "currentColor")
        {
            style.Add($"fill:{colour}");
        }

        if (size != FontSize)
        {
            style.Add(string.Create(CultureInfo.InvariantCulture, $"font-size:{size}px"));
        }

        if (drawn.Attribute("font-weight")!.Value != "400")
        {
            style.Add("font-weight:600");
        }

        return style.Count > 0 ? string.Join(';', style) : null;
    }

    private static Dictionary<string, string> Style(string text) => text.Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split(':'))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    // OxyPlot cuts the line of an annotation into a hundred pieces.
    private static string Straight(string points)
    {
        string[] pairs = points.Split(' ');
        string[][] parts = [.. pairs.Select(pair => pair.Split(','))];
        return pairs.Length > 2 && (parts.All(part => part[0] == parts[0][0]) || parts.All(part => part[1] == parts[0][1])) ? $"{pairs[0]} {pairs[^1]}" : points;
    }

    // A tenth of a unit is less than a pixel of any screen.
    private static string Rounded(string text) => Number().Replace(
        text, match => Math.Round(double.Parse(match.Value, CultureInfo.InvariantCulture), match.Value.StartsWith("0.", StringComparison.Ordinal) ? 2 : 1).ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<XElement> Grouped(List<XElement> marks)
    {
        for (int start = 0; start < marks.Count;)
        {
            string? style = marks[start].Attribute("style")?.Value;
            int end = start + 1;
            while (end < marks.Count && marks[end].Attribute("style")?.Value == style)
            {
                end++;
            }

            if (end - start == 1 || style is null)
            {
                foreach (XElement mark in marks[start..end])
                {
                    yield return mark;
                }
            }
            else
            {
                foreach (XElement mark in marks[start..end])
                {
                    mark.SetAttributeValue("style", null);
                }

                yield return new XElement("g", new XAttribute("style", style), marks[start..end]);
            }

            start = end;
        }
    }

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Number();
}
