using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>How the recall grows with the number of results that are looked at.</summary>
internal static class RecallPlot
{
    /// <summary>Null where no method has recall at two k: one is a row of the table.</summary>
    public static ReportFigure? Make(RunReport report)
    {
        MethodFigures[] methods = [.. report.Methods.Where(method => method.Recall.Any(point => double.IsFinite(point.Value.Estimate)))];
        int[] ks = [.. methods.SelectMany(method => method.Recall).Select(point => point.K).Distinct().Order()];
        if (ks.Length < 2)
        {
            return null;
        }

        LinearAxis values = PlotParts.Values(AxisPosition.Left, "recall");

        // A little below 0, so that marks at 0 are whole.
        values.Minimum = -0.02 * methods.Max(method => method.Recall.Max(point => double.IsFinite(point.Value.Estimate) ? point.Value.Estimate : 0));
        PlotModel model = PlotParts.Model(PlotParts.Logarithmic(AxisPosition.Bottom, "k, results looked at (log scale)", ks[0] / 1.06, ks[^1] * 1.06), values);
        IReadOnlyList<SeriesLook> looks = SeriesLook.Of(report.Methods);
        List<SeriesLook> shown = [];
        List<IReadOnlyList<Cell>> rows = [];
        for (int m = 0; m < report.Methods.Count; m++)
        {
            if (!methods.Contains(report.Methods[m]))
            {
                continue;
            }

            IReadOnlyList<RecallPoint> recall = report.Methods[m].Recall;
            shown.Add(looks[m]);
            RecallPoint[] banded = [.. recall.Where(point => double.IsFinite(point.Value.Low) && double.IsFinite(point.Value.High))];
            if (banded.Length > 1)
            {
                model.Series.Add(PlotParts.Area(
                    looks[m].Colour, banded.Select(point => new DataPoint(point.K, point.Value.Low)), banded.Select(point => new DataPoint(point.K, point.Value.High))));
            }

            model.Series.Add(PlotParts.Line(looks[m], recall.Select(point => new DataPoint(point.K, point.Value.Estimate))));
            rows.AddRange(recall.Select(point => (IReadOnlyList<Cell>)
                [report.Methods[m].Name, Numbers.Count(point.K), Numbers.Figure(point.Value.Estimate), Numbers.Figure(point.Value.Low), Numbers.Figure(point.Value.High)]));
        }

        return new ReportFigure(
            "Recall by k",
            string.Create(CultureInfo.InvariantCulture, $"{Finding(methods)} Shades are intervals at the {Numbers.Level(report.ConfidenceLevel)} level."),
            model,
            300,
            new DataTable("Recall by k, with intervals", [new("method", true), new("k"), new("recall"), new("from"), new("to")], rows))
        {
            Legend = shown,
        };
    }

    private static string Finding(MethodFigures[] methods)
    {
        RecallPoint first = methods[0].Recall[0];
        RecallPoint last = methods[0].Recall[^1];
        string few = first.K == 1 ? "in first place" : $"among the first {Numbers.Count(first.K)}";
        return $"{PlainText.Capital(PlainText.Clean(methods[0].Name))} finds {Numbers.Percent(first.Value.Estimate)} of what is right {few} and {Numbers.Percent(last.Value.Estimate)} among the first {Numbers.Count(last.K)}.";
    }
}
