using ManagedRetrieval.Cli.Output;
using OxyPlot;
using OxyPlot.Axes;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>How a metric depends on how popular the right item is.</summary>
internal sealed class PopularitySection : IReportSection
{
    // From five bins on, their labels would meet.
    private const double SmallLabels = 11;

    public string Id => "popularity";

    public string Title => "Rare and popular items";

    public bool IsIn(RunReport report) => report.Popularity is { } popularity && Names(popularity).Length > 0;

    public void Write(HtmlWriter html, RunReport report)
    {
        PopularityFigures popularity = report.Popularity!;
        LinearAxis values = PlotParts.Values(AxisPosition.Left, popularity.Metric);
        LinearAxis bins = PlotParts.Names(
            AxisPosition.Bottom, "popularity of the right item (number of queries)", [.. popularity.Bins.Select(bin => $"{PlotText.Label(bin.Label, 12)}\n({Numbers.Count(bin.Queries)})")]);
        bins.FontSize = popularity.Bins.Count > 4 ? SmallLabels : SvgDrawing.FontSize;
        bins.TitleFontSize = SvgDrawing.FontSize;
        PlotModel model = PlotParts.Model(bins, values);
        IReadOnlyList<SeriesLook> looks = Looks(report, Names(popularity));
        foreach (SeriesLook look in looks)
        {
            model.Series.Add(PlotParts.Line(look, popularity.Bins.Select((bin, i) => new DataPoint(i, Find(bin, look.Name)))));
        }

        FigureGrid.Write(html, [new ReportFigure(
            $"{PlainText.Capital(popularity.Metric)} by popularity",
            Finding(popularity, looks[0].Name),
            model,
            300,
            new DataTable(
                $"{popularity.Metric} by popularity of the right item",
                [new("popularity", true), new("queries"), .. looks.Select(look => new Column(look.Name))],
                [.. popularity.Bins.Select(bin => (IReadOnlyList<Cell>)[bin.Label, Numbers.Count(bin.Queries), .. looks.Select(look => (Cell)Numbers.Figure(Find(bin, look.Name)))])]))
        {
            Legend = looks,
        }]);
    }

    // A method looks as it does in the results.
    private static IReadOnlyList<SeriesLook> Looks(RunReport report, string[] names)
    {
        List<SeriesLook> known = [.. SeriesLook.Of(report.Methods).Where(look => names.Contains(look.Name))];
        string[] unknown = [.. names.Except(known.Select(look => look.Name), StringComparer.Ordinal)];
        return [.. known, .. unknown.Select((name, i) => SeriesLook.At(report.Methods.Count + i, name))];
    }

    private static string[] Names(PopularityFigures popularity) =>
        [.. popularity.Bins.SelectMany(bin => bin.Methods).Where(figure => double.IsFinite(figure.Value)).Select(figure => figure.Name).Distinct(StringComparer.Ordinal)];

    private static double Find(PopularityBin bin, string method) => bin.Methods.FirstOrDefault(figure => figure.Name == method)?.Value ?? double.NaN;

    private static string Finding(PopularityFigures popularity, string method)
    {
        (string Label, double Value)[] values = [.. popularity.Bins.Select(bin => (PlainText.Clean(bin.Label), Find(bin, method))).Where(pair => double.IsFinite(pair.Item2))];
        string name = PlainText.Capital(PlainText.Clean(method));
        return values.Length == 1
            ? $"{name} has {Numbers.Figure(values[0].Value)} where the right item's popularity is {values[0].Label}."
            : $"{name} has {Numbers.Figure(values[0].Value)} where the right item's popularity is {values[0].Label} and {Numbers.Figure(values[^1].Value)} where it is {values[^1].Label}.";
    }
}
