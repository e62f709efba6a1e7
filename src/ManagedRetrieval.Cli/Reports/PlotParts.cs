using System.Globalization;
using ManagedRetrieval.Metrics;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>What the plots have in common.</summary>
internal static class PlotParts
{
    private const double MarkerSize = 3.6;

    // Keeps a word off the line that it stands beside.
    private const string NoBreakSpace = "\u00a0";

    public static PlotModel Model(params ReadOnlySpan<Axis> axes)
    {
        var model = new PlotModel
        {
            Culture = CultureInfo.InvariantCulture,
            DefaultFontSize = SvgDrawing.FontSize,
            TextColor = Ink.Text,
            PlotAreaBorderColor = Ink.Grid,
            PlotAreaBorderThickness = new OxyThickness(0),
            IsLegendVisible = false,
            Padding = new OxyThickness(2, 8, 12, 4),
        };
        foreach (Axis axis in axes)
        {
            model.Axes.Add(axis);
        }

        return model;
    }

    /// <summary>An axis of numbers with lines across the plot.</summary>
    public static LinearAxis Values(AxisPosition position, string title) => Style(new LinearAxis { MinimumPadding = 0.04, MaximumPadding = 0.06 }, position, title);

    /// <summary>An axis of whole numbers, such as epochs; the first and last stand a little inside.</summary>
    public static LinearAxis Whole(AxisPosition position, string title, int first, int last)
    {
        LinearAxis axis = Style(new LinearAxis { MinimumMajorStep = 1 }, position, title);
        double room = Math.Max(0.3, 0.03 * (last - first));
        (axis.Minimum, axis.Maximum) = (first - room, last + room);
        axis.MajorGridlineStyle = LineStyle.None;
        return axis;
    }

    /// <summary>A logarithmic axis.</summary>
    public static LogarithmicAxis Logarithmic(AxisPosition position, string title, double minimum, double maximum)
    {
        LogarithmicAxis axis = Style(new LogarithmicAxis { Minimum = minimum, Maximum = maximum }, position, title);
        axis.MajorGridlineStyle = LineStyle.None;
        return axis;
    }

    /// <summary>An axis of names, at 0, 1, 2 …; a vertical one runs from top to bottom.</summary>
    public static LinearAxis Names(AxisPosition position, string title, IReadOnlyList<string> names)
    {
        LinearAxis axis = Style(new LinearAxis { Minimum = -0.5, Maximum = names.Count - 0.5, MajorStep = 1, MinorStep = 1 }, position, title);
        axis.MajorGridlineStyle = LineStyle.None;
        axis.TextColor = Ink.Text;
        axis.LabelFormatter = value => value == Math.Round(value) && value >= 0 && value < names.Count ? names[(int)value] : "";
        if (position == AxisPosition.Left)
        {
            (axis.StartPosition, axis.EndPosition) = (1, 0);
        }

        return axis;
    }

    /// <summary>A line with a mark for each point, broken where there is no figure.</summary>
    public static LineSeries Line(SeriesLook look, IEnumerable<DataPoint> points)
    {
        var line = new LineSeries
        {
            Color = look.Colour,
            LineStyle = look.Line,
            StrokeThickness = 1.8,
            LineJoin = LineJoin.Round,
            MarkerType = look.Marker,
            MarkerSize = MarkerSize,
            MarkerFill = look.Colour,
            MinimumSegmentLength = 0,
        };
        line.Points.AddRange(points);
        return line;
    }

    /// <summary>Marks without a line.</summary>
    public static ScatterSeries Marks(OxyColor colour, MarkerType shape, IEnumerable<ScatterPoint> points, double size = MarkerSize)
    {
        var marks = new ScatterSeries { MarkerType = shape, MarkerSize = size, MarkerFill = colour, MarkerStroke = Ink.Card, MarkerStrokeThickness = 0.8 };
        marks.Points.AddRange(points);
        return marks;
    }

    /// <summary>Horizontal lines from the lower to the upper end of intervals, each at its height; those without ends are left out.</summary>
    public static LineSeries Whiskers(OxyColor colour, IEnumerable<(ConfidenceInterval Interval, double Height)> intervals)
    {
        var line = new LineSeries { Color = colour, StrokeThickness = 1.8, MinimumSegmentLength = 0 };
        foreach ((ConfidenceInterval interval, double height) in intervals.Where(pair => double.IsFinite(pair.Interval.Low) && double.IsFinite(pair.Interval.High)))
        {
            line.Points.AddRange([new DataPoint(interval.Low, height), new DataPoint(interval.High, height), DataPoint.Undefined]);
        }

        return line;
    }

    /// <summary>The area between two lines.</summary>
    public static AreaSeries Area(OxyColor colour, IEnumerable<DataPoint> lower, IEnumerable<DataPoint> upper)
    {
        var area = new AreaSeries { Color = OxyColors.Transparent, Fill = OxyColor.FromAColor(45, colour), StrokeThickness = 0, MinimumSegmentLength = 0 };
        area.Points.AddRange(lower);
        area.Points2.AddRange(upper);
        return area;
    }

    /// <summary>A vertical line with a word at its upper end.</summary>
    public static LineAnnotation Mark(double x, string text, bool leftOfIt = false) => new()
    {
        Type = LineAnnotationType.Vertical,
        X = x,
        Text = leftOfIt ? text + NoBreakSpace : NoBreakSpace + text,
        TextColor = Ink.Muted,
        TextOrientation = AnnotationTextOrientation.Horizontal,
        TextHorizontalAlignment = leftOfIt ? HorizontalAlignment.Right : HorizontalAlignment.Left,
        TextVerticalAlignment = VerticalAlignment.Top,
        TextLinePosition = 1,
        Color = Ink.Muted,
        LineStyle = LineStyle.Dash,
        StrokeThickness = 1,
        Layer = AnnotationLayer.BelowSeries,
    };

    private static TAxis Style<TAxis>(TAxis axis, AxisPosition position, string title)
        where TAxis : Axis
    {
        axis.Position = position;
        axis.Title = PlotText.Label(title, 48);
        axis.TitleColor = Ink.Muted;
        axis.TextColor = Ink.Muted;
        axis.TickStyle = TickStyle.None;
        axis.AxisTickToLabelDistance = 4;
        axis.AxisTitleDistance = 7;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = Ink.Grid;
        axis.MajorGridlineThickness = 1;
        axis.LabelFormatter = Numbers.Tick;
        return axis;
    }
}
