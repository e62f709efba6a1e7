using System.Globalization;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Reports;
using OxyPlot;
using OxyPlot.Axes;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Queries in a second by recall.</summary>
internal static class BenchPlot
{
    public static ReportFigure Make(BenchResults results)
    {
        string batch = string.Create(CultureInfo.InvariantCulture, $"{results.Batch} at a time");
        BenchRow[] own = [.. results.Rows.Where(row => !row.IsExact || row.IsOfFile)], exact = [.. results.Rows.Where(row => row.IsExact && !row.IsOfFile)];
        (SeriesLook Look, IReadOnlyList<BenchRow> Rows, Func<BenchRow, double> Speed)[] series =
        [
            (SeriesLook.At(0, "one query at a time"), BenchRow.Best(own, Alone), Alone),
            (SeriesLook.At(1, batch), BenchRow.Best(own, Together), Together),
            .. exact.Length == 0 ? [] : ((SeriesLook, IReadOnlyList<BenchRow>, Func<BenchRow, double>)[])
            [
                (SeriesLook.At(2, "exact, one at a time"), exact, Alone),
                (SeriesLook.At(3, $"exact, {batch}"), exact, Together),
            ],
        ];
        double[] speeds = [.. series.SelectMany(one => one.Rows.Select(one.Speed))];
        LinearAxis recall = PlotParts.Values(AxisPosition.Bottom, string.Create(CultureInfo.InvariantCulture, $"recall@{results.K}"));
        double least = series.SelectMany(one => one.Rows).Min(row => row.Recall);

        // A little beyond what can be, so that marks at 1 are whole.
        (recall.Minimum, recall.Maximum) = (Math.Max(0, least - (0.05 * (1.05 - least))), 1 + (0.03 * (1.05 - least)));
        LogarithmicAxis speed = PlotParts.Logarithmic(AxisPosition.Left, "queries in a second (log scale)", speeds.Min() / 1.3, speeds.Max() * 1.3);
        PlotModel model = PlotParts.Model(recall, speed);
        foreach ((SeriesLook look, IReadOnlyList<BenchRow> rows, Func<BenchRow, double> of) in series)
        {
            model.Series.Add(PlotParts.Line(look, rows.Select(row => new DataPoint(row.Recall, of(row)))));
        }

        return new ReportFigure(
            "Speed by recall",
            string.Create(CultureInfo.InvariantCulture, $"{PlainText.Capital(results.Index)}; {Numbers.Count(results.Candidates)} × {results.Dimensions}, {Numbers.Figure(results.BytesPerVector)} bytes a vector; workers: {results.Workers}."),
            model,
            320,
            new DataTable(
                "Speed by recall", [new Column("search", IsText: true), new Column("recall"), new Column("alone"), new Column(batch)],
                [.. results.Rows.Select(row => (IReadOnlyList<Cell>)[row.Setting, Numbers.Figure(row.Recall), Numbers.Figure(row.QueriesPerSecond), Numbers.Figure(row.BatchQueriesPerSecond)])]))
        {
            Width = 640,
            Legend = [.. series.Select(one => one.Look)],
        };
    }

    private static double Alone(BenchRow row) => row.QueriesPerSecond;

    private static double Together(BenchRow row) => row.BatchQueriesPerSecond;
}
