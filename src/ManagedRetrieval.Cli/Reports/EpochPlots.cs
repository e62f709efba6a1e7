using ManagedRetrieval.Cli.Output;
using OxyPlot;
using OxyPlot.Axes;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Figures over the epochs.</summary>
internal static class EpochPlots
{
    private const double SmallWidth = 320;

    private static readonly (string Name, Func<DoctorFigures, double?> Of)[] DoctorNames =
    [
        ("Effective rank", figures => figures.EffectiveRank),
        ("Norm spread", figures => figures.NormSpread),
        ("Tie rate", figures => figures.TieRate),
        ("Coverage", figures => figures.Coverage),
        ("Masked share", figures => figures.MaskedShare),
    ];

    /// <summary>Null where no epoch has a finite loss.</summary>
    public static ReportFigure? Loss(RunReport report)
    {
        (int Epoch, double Value)[] losses = Finite(report, epoch => epoch.TrainingLoss);
        if (losses.Length == 0)
        {
            return null;
        }

        PlotModel model = Model(report, "training loss", [(SeriesLook.At(0, "training loss"), losses)]);
        return new ReportFigure(
            "Training loss",
            Change("The loss", losses),
            model,
            290,
            new DataTable(
                "Training loss by epoch",
                [new("epoch"), new("training loss"), new("seconds")],
                [.. report.Epochs.Select(epoch => (IReadOnlyList<Cell>)[Numbers.Count(epoch.Number), Numbers.Figure(epoch.TrainingLoss), Numbers.Figure(epoch.Seconds)])]));
    }

    public static IEnumerable<ReportFigure> Validation(RunReport report) => MetricPanel
        .Split(report.Epochs.SelectMany(epoch => epoch.Validation))
        .Select(panel => Validation(report, panel));

    public static IEnumerable<ReportFigure> Doctor(RunReport report)
    {
        foreach ((string name, Func<DoctorFigures, double?> of) in DoctorNames)
        {
            (int Epoch, double Value)[] values = Finite(report, epoch => epoch.Doctor is { } doctor ? of(doctor) : null);
            if (values.Length > 0)
            {
                yield return new ReportFigure(
                    name,
                    Change("", values),
                    Model(report, "", [(SeriesLook.At(0, name), values)], marksBest: false),
                    190,
                    new DataTable(
                        $"{name} by epoch",
                        [new("epoch"), new(name.ToLowerInvariant())],
                        [.. values.Select(value => (IReadOnlyList<Cell>)[Numbers.Count(value.Epoch), Numbers.Figure(value.Value)])]))
                {
                    Width = SmallWidth,
                };
            }
        }
    }

    private static ReportFigure Validation(RunReport report, MetricPanel panel)
    {
        (SeriesLook Look, (int Epoch, double Value)[] Values)[] series =
        [
            .. panel.Metrics.Select((metric, i) => (SeriesLook.At(i, metric), Finite(report, epoch => Find(epoch, metric)))),
        ];
        string kept = report.BestEpoch is { } best ? $" The model of epoch {Numbers.Count(best)} was kept." : "";
        return new ReportFigure(
            panel.Metrics.Count == 1 ? $"{PlainText.Capital(panel.Name)} on validation" : "Validation metrics",
            PlainText.Capital(string.Join("; ", series.Take(3).Select(one => Peak(report, one.Look.Name, one.Values)))) + "." + kept,
            Model(report, panel.Metrics.Count == 1 ? panel.Name : "value of the metric", series),
            290,
            new DataTable(
                "Validation metrics by epoch",
                [new("epoch"), .. panel.Metrics.Select(metric => new Column(metric))],
                [.. report.Epochs.Select(epoch => (IReadOnlyList<Cell>)[Numbers.Count(epoch.Number), .. panel.Metrics.Select(metric => (Cell)Numbers.Figure(Find(epoch, metric)))])]))
        {
            Legend = panel.Metrics.Count > 1 ? [.. series.Select(one => one.Look)] : [],
        };
    }

    private static PlotModel Model(RunReport report, string title, (SeriesLook Look, (int Epoch, double Value)[] Values)[] series, bool marksBest = true)
    {
        int first = report.Epochs.Min(epoch => epoch.Number);
        int last = report.Epochs.Max(epoch => epoch.Number);
        LinearAxis values = PlotParts.Values(AxisPosition.Left, title);
        PlotModel model = PlotParts.Model(PlotParts.Whole(AxisPosition.Bottom, "epoch", first, last), values);
        if (marksBest && report.BestEpoch is { } best)
        {
            // Room for the word above the highest point.
            values.MaximumPadding = 0.16;
            model.Annotations.Add(PlotParts.Mark(best, "kept", best > (first + last) / 2));
        }

        foreach ((SeriesLook look, (int Epoch, double Value)[] points) in series)
        {
            model.Series.Add(PlotParts.Line(look, points.Select(point => new DataPoint(point.Epoch, point.Value))));
        }

        return model;
    }

    private static double? Find(EpochFigures epoch, string metric) => epoch.Validation.FirstOrDefault(figure => figure.Name == metric)?.Value;

    private static (int Epoch, double Value)[] Finite(RunReport report, Func<EpochFigures, double?> of) =>
        [.. report.Epochs.Select(epoch => (epoch.Number, of(epoch) ?? double.NaN)).Where(pair => double.IsFinite(pair.Item2))];

    private static string Change(string subject, (int Epoch, double Value)[] values)
    {
        string from = Numbers.Figure(values[0].Value);
        string to = Numbers.Figure(values[^1].Value);
        string what = subject.Length > 0 ? subject + " " : "";
        string change = values[^1].Value < values[0].Value ? "fell" : values[^1].Value > values[0].Value ? "rose" : "stayed";
        return PlainText.Capital(values.Length == 1
            ? $"{what}{(what.Length > 0 ? "was " : "")}{from} in epoch {Numbers.Count(values[0].Epoch)}."
            : $"{what}{change} from {from} in epoch {Numbers.Count(values[0].Epoch)} to {to} in epoch {Numbers.Count(values[^1].Epoch)}.");
    }

    private static string Peak(RunReport report, string metric, (int Epoch, double Value)[] values)
    {
        bool lower = report.LowerIsBetter.Contains(metric);
        (int epoch, double value) = lower ? values.MinBy(pair => pair.Value) : values.MaxBy(pair => pair.Value);
        return $"{PlainText.Clean(metric)} is best in epoch {Numbers.Count(epoch)}, with {Numbers.Figure(value)}";
    }
}
