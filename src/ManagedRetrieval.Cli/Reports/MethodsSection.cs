using ManagedRetrieval.Cli.Output;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>The models and the baselines on the test queries.</summary>
internal sealed class MethodsSection : IReportSection
{
    public string Id => "results";

    public string Title => "Results";

    public bool IsIn(RunReport report) => report.Methods.Any(method => method.Metrics.Count > 0 || method.Recall.Count > 0) || report.Differences.Count > 0;

    public void Write(HtmlWriter html, RunReport report)
    {
        string[] metrics = [.. report.Methods.SelectMany(method => method.Metrics).Select(figure => figure.Metric).Distinct(StringComparer.Ordinal)];
        if (metrics.Length > 0)
        {
            Table(report, metrics).Write(html);
            html.Element("p", $"Behind each figure stands its interval at the {Numbers.Level(report.ConfidenceLevel)} level; the best of each column is bold.", ("class", "note"));
        }

        // Plots of about one height stand side by side.
        ReportFigure[] intervals = [.. MethodPlots.Intervals(report)];
        FigureGrid.Write(html, [.. intervals.Take(1), .. RecallPlot.Make(report) is { } recall ? [recall] : (ReportFigure[])[], .. intervals.Skip(1), .. DifferencePlots.Make(report)]);
    }

    private static DataTable Table(RunReport report, string[] metrics) => new(
        "The methods on the test queries",
        [new("method", IsText: true), .. metrics.Select(metric => new Column(metric))],
        [.. report.Methods.Where(method => method.Metrics.Count > 0).Select(method => (IReadOnlyList<Cell>)
        [
            new Cell(method.Name, method.IsBaseline ? "baseline" : ""),
            .. metrics.Select(metric => Find(method, metric) is { } figure
                ? new Cell(Numbers.Figure(figure.Value.Estimate), Numbers.Ends(figure.Value), figure.Value.Estimate == Best(report, metric))
                : new Cell(Numbers.Figure(null))),
        ])]);

    private static MetricFigure? Find(MethodFigures method, string metric) => method.Metrics.FirstOrDefault(figure => figure.Metric == metric);

    private static double? Best(RunReport report, string metric)
    {
        double[] values = [.. report.Methods.Select(method => Find(method, metric)?.Value.Estimate ?? double.NaN).Where(value => !double.IsNaN(value))];
        return values.Length < 2 ? null : report.LowerIsBetter.Contains(metric) ? values.Min() : values.Max();
    }
}
