using System.Globalization;
using OxyPlot;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>How one of several series looks: colour and shape both tell it apart, so that neither is needed alone.</summary>
internal sealed record SeriesLook(string Name, OxyColor Colour, string Css, MarkerType Marker, char Glyph, LineStyle Line)
{
    private static readonly (MarkerType Marker, char Glyph)[] Shapes =
    [
        (MarkerType.Circle, '●'),
        (MarkerType.Square, '■'),
        (MarkerType.Triangle, '▲'),
        (MarkerType.Diamond, '◆'),
    ];

    /// <summary>The look of the series at this place; lines of subordinate series are dashed.</summary>
    public static SeriesLook At(int index, string name, bool dashed = false)
    {
        // Four shapes and seven colours meet again after 28 series only.
        (MarkerType marker, char glyph) = Shapes[index % Shapes.Length];
        return new(name, Ink.Series(index), Ink.SeriesCss(index), marker, glyph, dashed ? LineStyle.Dash : LineStyle.Solid);
    }

    /// <summary>The look of all that has no series of its own.</summary>
    public static SeriesLook Rest(string name) => new(name, Ink.Other, "var(--other)", MarkerType.Circle, '●', LineStyle.Dot);

    /// <summary>The looks of methods, in their order.</summary>
    public static IReadOnlyList<SeriesLook> Of(IReadOnlyList<MethodFigures> methods) =>
        [.. methods.Select((method, i) => At(i, method.Name, method.IsBaseline))];

    /// <summary>A legend, as a list.</summary>
    public static void WriteLegend(HtmlWriter html, IReadOnlyList<SeriesLook> looks)
    {
        html.Open("ul", ("class", "legend"));
        foreach (SeriesLook look in looks)
        {
            html.Open("li").Element("span", look.Glyph.ToString(CultureInfo.InvariantCulture), ("style", $"color:{look.Css}"), ("aria-hidden", "true"));
            html.Text(" ").Data(look.Name).Close();
        }

        html.Close();
    }
}
