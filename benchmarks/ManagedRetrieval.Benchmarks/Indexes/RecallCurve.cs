using ManagedRetrieval.Cli.Reports;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Queries a second by recall, of all points that were measured, with a line through each index's best.</summary>
internal static class RecallCurve
{
    private const double Width = 1100, Height = 560, LeastRecall = 0.8;

    private static readonly (OxyColor Colour, MarkerType Marker)[] Looks =
    [
        (OxyColor.FromRgb(0x1f, 0x6f, 0xb4), MarkerType.Circle),
        (OxyColor.FromRgb(0xd1, 0x5b, 0x0a), MarkerType.Square),
        (OxyColor.FromRgb(0x2b, 0x8a, 0x3e), MarkerType.Triangle),
        (OxyColor.FromRgb(0x8e, 0x44, 0xad), MarkerType.Diamond),
        (OxyColor.FromRgb(0x55, 0x55, 0x55), MarkerType.Circle),
        (OxyColor.FromRgb(0xb0, 0x1e, 0x4f), MarkerType.Square),
        (OxyColor.FromRgb(0x0b, 0x7a, 0x75), MarkerType.Triangle),
    ];

    /// <summary>Draws the points of one set of vectors with one thread.</summary>
    public static void Draw(IReadOnlyList<IndexRow> rows, string path)
    {
        var model = new PlotModel
        {
            Title = $"{rows[0].Data}: recall and speed, one thread",
            Subtitle = "points: the grid; lines: the fastest with at least that recall; alone or in a batch, whichever is faster",
            DefaultFont = "sans-serif",
            Background = OxyColors.White,
            PlotAreaBorderThickness = new OxyThickness(1, 0, 0, 1),
        };
        model.Axes.Add(Style(new LinearAxis { Minimum = LeastRecall, Maximum = 1.003, MajorStep = 0.02, StringFormat = "0.00" }, AxisPosition.Bottom, "recall@10"));
        model.Axes.Add(Style(new LogarithmicAxis { StringFormat = "#,0" }, AxisPosition.Left, "queries per second"));
        model.Legends.Add(new Legend { LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.RightTop });
        int look = 0;
        foreach (IGrouping<string, IndexRow> index in rows.Where(row => row.RecallAt10 >= LeastRecall).GroupBy(row => $"{row.Peer} {row.Index}"))
        {
            (OxyColor colour, MarkerType marker) = Looks[look++ % Looks.Length];
            var points = new ScatterSeries { MarkerType = marker, MarkerSize = 2.2, MarkerFill = OxyColor.FromAColor(110, colour) };
            points.Points.AddRange(index.Select(row => new ScatterPoint(row.RecallAt10, row.QueriesPerSecond)));
            var line = new LineSeries { Title = index.Key, Color = colour, MarkerType = marker, MarkerSize = 4, MarkerFill = colour, StrokeThickness = 1.8 };
            line.Points.AddRange(Best(index).Select(row => new DataPoint(row.RecallAt10, row.QueriesPerSecond)));
            model.Series.Add(points);
            model.Series.Add(line);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream file = File.Create(path);
        new SvgExporter { Width = Width, Height = Height, TextMeasurer = new TextRuler() }.Export(model, file);
    }

    private static TAxis Style<TAxis>(TAxis axis, AxisPosition position, string title)
        where TAxis : Axis
    {
        (axis.Position, axis.Title) = (position, title);
        axis.AxisTitleDistance = 8;
        (axis.MajorGridlineStyle, axis.MajorGridlineColor) = (LineStyle.Solid, OxyColors.LightGray);
        return axis;
    }

    /// <summary>Those than which none is both as right and faster, by recall.</summary>
    private static IEnumerable<IndexRow> Best(IEnumerable<IndexRow> rows)
    {
        double fastest = 0;
        var best = new List<IndexRow>();
        foreach (IndexRow row in rows.OrderByDescending(row => row.RecallAt10).ThenByDescending(row => row.QueriesPerSecond))
        {
            if (row.QueriesPerSecond > fastest)
            {
                fastest = row.QueriesPerSecond;
                best.Add(row);
            }
        }

        return best.AsEnumerable().Reverse();
    }
}
