using System.Globalization;
using OxyPlot;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>A plot with what is to be seen in it, in words and in numbers.</summary>
/// <param name="Title">What is plotted.</param>
/// <param name="Finding">What it shows, in a sentence or two.</param>
/// <param name="Plot">The plot.</param>
/// <param name="Height">Its height, in units of <see cref="Width"/>.</param>
/// <param name="Table">The numbers of the plot.</param>
internal sealed record ReportFigure(string Title, string Finding, PlotModel Plot, double Height, DataTable Table)
{
    /// <summary>Plots are drawn for a column of this width; they shrink on a phone and grow a little on a desk.</summary>
    public const double ColumnWidth = 440;

    public double Width { get; init; } = ColumnWidth;

    public IReadOnlyList<SeriesLook> Legend { get; init; } = [];

    /// <summary>Names of the points, shown under the pointer; empty, or one for each mark of the plot in its order.</summary>
    public IReadOnlyList<string> PointNames { get; init; } = [];

    /// <summary>A class for the style sheet; empty for an ordinary figure.</summary>
    public string Kind { get; init; } = "";

    public void Write(HtmlWriter html)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"figure-{++html.Figures}");
        html.Open("figure", ("class", Kind.Length > 0 ? Kind : "plain"), ("id", id));
        html.Open("figcaption").Element("h3", Title).Element("p", Finding).Close();
        html.Open("div", ("class", "key"));
        if (Legend.Count > 0)
        {
            SeriesLook.WriteLegend(html, Legend);
        }

        html.Close();
        html.Open("div", ("class", "drawing")).Drawing(SvgDrawing.Make(this, id)).Close();
        html.Open("details").Element("summary", "The numbers");
        Table.Write(html);
        html.Close().Close();
    }
}
