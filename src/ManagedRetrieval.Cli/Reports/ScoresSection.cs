using ManagedRetrieval.Cli.Output;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>How scores of right and of wrong items are spread.</summary>
internal sealed class ScoresSection : IReportSection
{
    public string Id => "scores";

    public string Title => "Scores";

    public bool IsIn(RunReport report) => report.Scores.Any(histogram => histogram.Total > 0);

    /// <exception cref="ArgumentException">The histograms have different bins.</exception>
    public void Write(HtmlWriter html, RunReport report)
    {
        ScoreHistogram[] histograms = [.. report.Scores.Where(histogram => histogram.Total > 0)];
        ScoreHistogram first = histograms[0];
        if (histograms.Any(histogram => (histogram.Low, histogram.High, histogram.Counts.Count) != (first.Low, first.High, first.Counts.Count)))
        {
            throw new ArgumentException("The histograms of scores have different bins; expected the same for all.", nameof(report));
        }

        SeriesLook[] looks = [.. histograms.Select((histogram, i) => SeriesLook.At(i, histogram.Name) with { Glyph = '■' })];
        LinearAxis shares = PlotParts.Values(AxisPosition.Left, "share of the scores in a bin (%)");
        shares.Minimum = 0;
        LinearAxis scores = PlotParts.Values(AxisPosition.Bottom, "score");
        scores.MajorGridlineStyle = LineStyle.None;
        PlotModel model = PlotParts.Model(scores, shares);
        for (int i = 0; i < histograms.Length; i++)
        {
            DataPoint[] outline = Outline(histograms[i]);
            model.Series.Add(PlotParts.Area(looks[i].Colour, outline.Select(point => new DataPoint(point.X, 0)), outline));
            var line = new LineSeries { Color = looks[i].Colour, StrokeThickness = 1.6, MinimumSegmentLength = 0 };
            line.Points.AddRange(outline);
            model.Series.Add(line);
        }

        FigureGrid.Write(html, [new ReportFigure("Distribution of scores", Finding(histograms), model, 300, Table(histograms)) { Legend = looks }]);
    }

    private static DataPoint[] Outline(ScoreHistogram histogram)
    {
        List<DataPoint> points = [new(histogram.Low, 0)];
        for (int bin = 0; bin < histogram.Counts.Count; bin++)
        {
            double share = 100.0 * histogram.Counts[bin] / histogram.Total;
            points.Add(new(histogram.Low + bin * histogram.BinWidth, share));
            points.Add(new(histogram.Low + (bin + 1) * histogram.BinWidth, share));
        }

        points.Add(new(histogram.High, 0));
        return [.. points];
    }

    private static DataTable Table(ScoreHistogram[] histograms) => new(
        "Number of scores in each bin",
        [new("from"), new("to"), .. histograms.Select(histogram => new Column(histogram.Name))],
        [
            .. Enumerable.Range(0, histograms[0].Counts.Count).Select(bin => (IReadOnlyList<Cell>)
            [
                Numbers.Figure(histograms[0].Low + bin * histograms[0].BinWidth),
                Numbers.Figure(histograms[0].Low + (bin + 1) * histograms[0].BinWidth),
                .. histograms.Select(histogram => (Cell)Numbers.Count(histogram.Counts[bin])),
            ]),
        ]);

    private static string Finding(ScoreHistogram[] histograms)
    {
        double median = histograms[0].Quantile(0.5);
        string half = $"Half of the {PlainText.Clean(histograms[0].Name)} lie above {Numbers.Figure(median)}";
        return histograms.Length == 1
            ? half + "."
            : $"{half}; so do {string.Join(" and ", histograms[1..].Select(other => $"{Numbers.Percent(other.ShareAbove(median))} of the {PlainText.Clean(other.Name)}"))}.";
    }
}
