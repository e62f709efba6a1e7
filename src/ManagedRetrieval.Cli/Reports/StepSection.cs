using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Where the time of a training step goes.</summary>
internal sealed class StepSection : IReportSection
{
    private const int MostParts = 15;
    private const double RowHeight = 25;

    public string Id => "time";

    public string Title => "Where a step’s time goes";

    public bool IsIn(RunReport report) => report.SlowestParts.Count > 0;

    public void Write(HtmlWriter html, RunReport report)
    {
        StepPart[] parts = [.. report.SlowestParts.Take(MostParts)];
        double longest = parts.Max(Milliseconds);
        LinearAxis time = PlotParts.Values(AxisPosition.Bottom, "time of a step (ms)");
        // Room for the share behind the longest bar.
        (time.Minimum, time.Maximum) = (0, longest > 0 ? 1.3 * longest : 1);
        PlotModel model = PlotParts.Model(time, PlotParts.Names(AxisPosition.Left, "", [.. parts.Select(part => PlotText.Label(part.Name, 26))]));
        SeriesLook forward = SeriesLook.At(0, "forward") with { Glyph = '■' };
        SeriesLook backward = SeriesLook.At(1, "backward");
        model.Series.Add(Bars(forward.Colour, parts.Select(part => (0.0, Length(part.ForwardMilliseconds)))));
        model.Series.Add(Bars(backward.Colour, parts.Select(part => (Length(part.ForwardMilliseconds), Milliseconds(part)))));
        for (int row = 0; row < parts.Length; row++)
        {
            model.Annotations.Add(new TextAnnotation
            {
                Text = Numbers.Percent(parts[row].Share),
                TextPosition = new DataPoint(Milliseconds(parts[row]), row),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Middle,
                Offset = new ScreenVector(4, 0),
                TextColor = Ink.Muted,
                Stroke = OxyColors.Transparent,
                StrokeThickness = 0,
            });
        }

        FigureGrid.Write(html, [new ReportFigure(
            "The slowest parts of a step",
            $"{PlainText.Clean(parts[0].Name)} takes {Numbers.Percent(parts[0].Share)} of a step{(parts.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $"; the {parts.Length} parts shown take {Numbers.Percent(parts.Sum(part => part.Share))} together") : "")}.",
            model,
            62 + RowHeight * parts.Length,
            new DataTable(
                "Time of the parts of a step",
                [new("part", true), new("forward, ms"), new("backward, ms"), new("share of the step")],
                [.. report.SlowestParts.Select(part => (IReadOnlyList<Cell>)[part.Name, Numbers.Figure(part.ForwardMilliseconds), Numbers.Figure(part.BackwardMilliseconds), Numbers.Percent(part.Share)])]))
        {
            Legend = [forward, backward],
        }]);
    }

    private static double Milliseconds(StepPart part) => Length(part.ForwardMilliseconds) + Length(part.BackwardMilliseconds);

    // A bar cannot be drawn of what is no time.
    private static double Length(double milliseconds) => double.IsFinite(milliseconds) && milliseconds > 0 ? milliseconds : 0;

    private static RectangleBarSeries Bars(OxyColor colour, IEnumerable<(double From, double To)> bars)
    {
        var series = new RectangleBarSeries { FillColor = colour, StrokeThickness = 0 };
        foreach ((double from, double to) in bars)
        {
            int row = series.Items.Count;
            series.Items.Add(new RectangleBarItem(from, row - 0.34, to, row + 0.34));
        }

        return series;
    }
}
