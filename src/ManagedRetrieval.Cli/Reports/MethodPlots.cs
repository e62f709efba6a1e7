using ManagedRetrieval.Metrics;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Each metric in a row, each method a mark in it with its interval.</summary>
internal static class MethodPlots
{
    // The methods of a row stand side by side over this part of its height.
    private const double Spread = 0.66;

    public static IEnumerable<ReportFigure> Intervals(RunReport report)
    {
        IReadOnlyList<SeriesLook> looks = SeriesLook.Of(report.Methods);
        foreach (MetricPanel panel in MetricPanel.Split(report.Methods.SelectMany(method => method.Metrics).Select(figure => new NamedFigure(figure.Metric, figure.Value.Estimate))))
        {
            yield return Panel(report, panel, looks);
        }
    }

    private static ReportFigure Panel(RunReport report, MetricPanel panel, IReadOnlyList<SeriesLook> looks)
    {
        bool alone = panel.Metrics.Count == 1;
        LinearAxis values = PlotParts.Values(AxisPosition.Bottom, alone ? panel.Metrics[0] : "value of the metric");
        PlotModel model = PlotParts.Model(values, PlotParts.Names(AxisPosition.Left, "", alone ? [""] : [.. panel.Metrics.Select(metric => PlotText.Label(metric))]));
        List<IReadOnlyList<Cell>> rows = [];
        var shown = new List<SeriesLook>();
        for (int m = 0; m < report.Methods.Count; m++)
        {
            MethodFigures method = report.Methods[m];
            double offset = report.Methods.Count > 1 ? Spread * (m / (report.Methods.Count - 1.0) - 0.5) : 0;
            (ConfidenceInterval Interval, double Height)[] figures =
            [
                .. method.Metrics.Where(figure => double.IsFinite(figure.Value.Estimate) && panel.Metrics.Contains(figure.Metric))
                    .Select(figure => (figure.Value, panel.Metrics.ToList().IndexOf(figure.Metric) + offset)),
            ];
            if (figures.Length == 0)
            {
                continue;
            }

            shown.Add(looks[m]);
            model.Series.Add(PlotParts.Whiskers(looks[m].Colour, figures));
            model.Series.Add(PlotParts.Marks(looks[m].Colour, looks[m].Marker, figures.Select(figure => new ScatterPoint(figure.Interval.Estimate, figure.Height)), 4.2));
            rows.AddRange(method.Metrics.Where(figure => panel.Metrics.Contains(figure.Metric)).Select(figure => (IReadOnlyList<Cell>)
                [method.Name, figure.Metric, Numbers.Figure(figure.Value.Estimate), Numbers.Figure(figure.Value.Low), Numbers.Figure(figure.Value.High)]));
        }

        Separate(model, panel.Metrics.Count);
        return new ReportFigure(
            PlainText.Capital(panel.Name),
            Finding(report, panel),
            model,
            64 + panel.Metrics.Count * (16 + 14 * report.Methods.Count),
            new DataTable($"{(alone ? panel.Metrics[0] : "Metrics")} of the methods, with intervals", [new("method", true), new("metric", true), new("value"), new("from"), new("to")], rows))
        {
            Legend = shown,
        };
    }

    // A line between the rows.
    private static void Separate(PlotModel model, int rows)
    {
        for (int row = 1; row < rows; row++)
        {
            model.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Horizontal,
                Y = row - 0.5,
                Color = Ink.Grid,
                LineStyle = LineStyle.Solid,
                StrokeThickness = 1,
                TextColor = Ink.Muted,
                Layer = AnnotationLayer.BelowSeries,
            });
        }
    }

    private static string Finding(RunReport report, MetricPanel panel)
    {
        var leaders = panel.Metrics.Select(metric => (Metric: metric, Best: Leader(report, metric))).GroupBy(pair => pair.Best, StringComparer.Ordinal).ToArray();
        if (report.Methods.Count < 2)
        {
            return $"The lines are intervals at the {Numbers.Level(report.ConfidenceLevel)} level.";
        }

        string best = leaders.Length == 1
            ? $"{PlainText.Capital(PlainText.Clean(leaders[0].Key))} is best{(panel.Metrics.Count > 1 ? " by every metric" : "")}."
            : PlainText.Capital(string.Join("; ", leaders.Select(leader => $"{PlainText.Clean(leader.Key)} is best by {string.Join(", ", leader.Select(pair => pair.Metric))}"))) + ".";
        return $"{best} The lines are intervals at the {Numbers.Level(report.ConfidenceLevel)} level.";
    }

    private static string Leader(RunReport report, string metric)
    {
        var values = report.Methods
            .Select(method => (method.Name, Value: method.Metrics.FirstOrDefault(figure => figure.Metric == metric)?.Value.Estimate ?? double.NaN))
            .Where(pair => double.IsFinite(pair.Value));
        return (report.LowerIsBetter.Contains(metric) ? values.MinBy(pair => pair.Value) : values.MaxBy(pair => pair.Value)).Name;
    }
}
