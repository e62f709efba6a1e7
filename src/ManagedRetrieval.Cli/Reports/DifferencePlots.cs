using ManagedRetrieval.Metrics;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Paired differences with their intervals, around a line at 0: a plot for each metric.</summary>
internal static class DifferencePlots
{
    private const double RowHeight = 26;

    public static IEnumerable<ReportFigure> Make(RunReport report) => report.Differences
        .Where(difference => double.IsFinite(difference.Difference.Estimate))
        .GroupBy(difference => difference.Metric, StringComparer.Ordinal)
        .Select(metric => Make(report, metric.Key, [.. metric]));

    private static ReportFigure Make(RunReport report, string metric, PairedDifference[] differences)
    {
        bool sameFirst = differences.All(difference => difference.First == differences[0].First);
        LinearAxis values = PlotParts.Values(AxisPosition.Bottom, $"difference in {metric}");
        (values.Minimum, values.Maximum) = Range(differences);
        PlotModel model = PlotParts.Model(
            values,
            PlotParts.Names(AxisPosition.Left, "", [.. differences.Select(difference => PlotText.Label(sameFirst ? $"− {difference.Second}" : $"{PlainText.Short(difference.First, 12)} − {PlainText.Short(difference.Second, 12)}"))]));
        model.Annotations.Add(new LineAnnotation
        {
            Type = LineAnnotationType.Vertical,
            X = 0,
            Color = Ink.Muted,
            LineStyle = LineStyle.Solid,
            StrokeThickness = 1.2,
            TextColor = Ink.Muted,
            Layer = AnnotationLayer.BelowSeries,
        });
        foreach (bool isClear in (bool[])[true, false])
        {
            (ConfidenceInterval Interval, double Height)[] rows = [.. differences
                .Select((difference, row) => (difference.Difference, (double)row)).Where(pair => IsClear(pair.Difference) == isClear)];
            OxyColor colour = isClear ? Ink.Series(0) : Ink.Other;
            model.Series.Add(PlotParts.Whiskers(colour, rows));
            model.Series.Add(PlotParts.Marks(colour, MarkerType.Circle, rows.Select(row => new ScatterPoint(row.Interval.Estimate, row.Height)), 4.4));
        }

        int clear = differences.Count(difference => IsClear(difference.Difference));
        return new ReportFigure(
            sameFirst ? $"{PlainText.Capital(differences[0].First)} against the others: {metric}" : $"Differences in {metric}",
            $"{Finding(clear, differences.Length)} Each is made on the same queries, with its interval at the {Numbers.Level(report.ConfidenceLevel)} level.{(report.LowerIsBetter.Contains(metric) ? " Less is better." : "")}",
            model,
            66 + RowHeight * differences.Length,
            new DataTable(
                $"Paired differences in {metric}",
                [new("methods", true), new("difference"), new("from"), new("to"), new("verdict", true)],
                [.. differences.Select(difference => (IReadOnlyList<Cell>)
                [
                    $"{difference.First} − {difference.Second}", Numbers.Figure(difference.Difference.Estimate),
                    Numbers.Figure(difference.Difference.Low), Numbers.Figure(difference.Difference.High), difference.Verdict,
                ])]));
    }

    // From 0 at the least, so that its line is in the picture.
    private static (double Low, double High) Range(PairedDifference[] differences)
    {
        double[] ends = [0, .. differences.SelectMany(difference => (double[])[difference.Difference.Estimate, difference.Difference.Low, difference.Difference.High]).Where(double.IsFinite)];
        double room = ends.Max() > ends.Min() ? 0.06 * (ends.Max() - ends.Min()) : 1;
        return (ends.Min() - room, ends.Max() + room);
    }

    private static bool IsClear(ConfidenceInterval interval) => interval.Low > 0 || interval.High < 0;

    private static string Finding(int clear, int all) => (clear, all) switch
    {
        (0, 1) => "The interval holds 0: there may be no difference.",
        (1, 1) => "The interval does not hold 0.",
        (0, _) => "All intervals hold 0: there may be no difference.",
        _ when clear == all => "No interval holds 0.",
        _ => $"{Numbers.Count(clear)} of {Numbers.Count(all)} intervals do not hold 0 (coloured).",
    };
}
