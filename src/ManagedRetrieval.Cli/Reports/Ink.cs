using System.Globalization;
using OxyPlot;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>The colours of the plots. OxyPlot gets placeholders, which become names that the page's style sheet has a colour for, one in light and one in dark.</summary>
internal static class Ink
{
    /// <summary>How many colours tell series apart.</summary>
    public const int SeriesColours = 7;

    private const byte FirstSeries = 16;

    private static readonly (OxyColor Placeholder, string Css)[] Fixed =
    [
        (Text, "currentColor"),
        (Muted, "var(--muted)"),
        (Grid, "var(--grid)"),
        (Card, "var(--card)"),
        (Other, "var(--other)"),
    ];

    public static OxyColor Text => OxyColor.FromRgb(1, 0, 0);

    /// <summary>Axes and their numbers.</summary>
    public static OxyColor Muted => OxyColor.FromRgb(2, 0, 0);

    public static OxyColor Grid => OxyColor.FromRgb(3, 0, 0);

    /// <summary>What lies behind a plot.</summary>
    public static OxyColor Card => OxyColor.FromRgb(4, 0, 0);

    /// <summary>What belongs to no series of its own.</summary>
    public static OxyColor Other => OxyColor.FromRgb(5, 0, 0);

    /// <summary>The colour of a series; they repeat after <see cref="SeriesColours"/>.</summary>
    public static OxyColor Series(int index) => OxyColor.FromRgb((byte)(FirstSeries + index % SeriesColours), 0, 0);

    /// <summary>The name of a series' colour in the style sheet.</summary>
    public static string SeriesCss(int index) => string.Create(CultureInfo.InvariantCulture, $"var(--s{index % SeriesColours})");

    /// <summary>What the style sheet calls a colour that OxyPlot wrote.</summary>
    /// <exception cref="ArgumentException">It is none of those here.</exception>
    public static string Css(string svgColour)
    {
        foreach ((OxyColor placeholder, string css) in Fixed)
        {
            if (svgColour == Svg(placeholder))
            {
                return css;
            }
        }

        for (int i = 0; i < SeriesColours; i++)
        {
            if (svgColour == Svg(Series(i)))
            {
                return SeriesCss(i);
            }
        }

        throw new ArgumentException($"svgColour is '{svgColour}'; expected one of the placeholders.", nameof(svgColour));
    }

    private static string Svg(OxyColor colour) => string.Create(CultureInfo.InvariantCulture, $"rgb({colour.R},{colour.G},{colour.B})");
}
