using System.Globalization;
using ManagedRetrieval.Cli.Output;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>The map of the items.</summary>
internal sealed class MapSection : IReportSection
{
    private const double Width = 640;
    private const double LongestSide = 620;
    private const double ShortestHeight = 300;
    private const double Margin = 26;
    private const double Frame = Margin + 4;
    private const int MostLabels = 28;

    // The style sheet writes the names this large where the page is narrow, and smaller elsewhere: they fit in either.
    private const double LabelSize = 18;

    public string Id => "map";

    public string Title => "Map of the items";

    public bool IsIn(RunReport report) => report.Items is { } items && ItemMap.IsPossible(items);

    public void Write(HtmlWriter html, RunReport report)
    {
        ItemEmbeddings items = report.Items!;
        ItemMap map = ItemMap.Of(items);
        bool hasGroups = map.Groups is not [""];
        SeriesLook[] looks = [.. map.Groups.Select((group, i) => i < ItemMap.MostGroups && !(group == ItemMap.Rest && i == map.Groups.Count - 1) ? SeriesLook.At(i, group) : SeriesLook.Rest(group))];
        (PlotModel model, double height) = Plane(map);

        // Small groups are drawn last, and so on top; of a group the most popular.
        List<ItemMap.Point> drawn = [];
        foreach (int group in Enumerable.Range(0, looks.Length).OrderByDescending(group => map.Points.Count(point => point.Group == group)))
        {
            ItemMap.Point[] points = [.. map.Points.Where(point => point.Group == group).Reverse()];
            ScatterSeries marks = PlotParts.Marks(OxyColor.FromAColor(190, looks[group].Colour), looks[group].Marker, points.Select(point => new ScatterPoint(point.X, point.Y)), 3);
            marks.MarkerStroke = OxyColors.Undefined;
            marks.MarkerStrokeThickness = 0;
            model.Series.Add(marks);
            drawn.AddRange(points);
        }

        FigureGrid.Write(html, [new ReportFigure(
            string.Create(CultureInfo.InvariantCulture, $"{(map.Points.Count < items.Labels.Count ? $"The {Numbers.Count(map.Points.Count)} most popular items" : "The items")} in two dimensions"),
            Finding(map, hasGroups ? items.GroupName : ""),
            model,
            height,
            Table(items, map, hasGroups))
        {
            Width = Width,
            Kind = "map",
            Legend = hasGroups ? looks : [],
            PointNames = [.. drawn.Select(point => $"{PlainText.Short(point.Label, 80)}{(hasGroups ? $" ({PlainText.Short(point.GroupName, 40)})" : "")}")],
        }]);
    }

    // One unit is as long in either direction: distances are what the map is about.
    private static (PlotModel Model, double Height) Plane(ItemMap map)
    {
        (double fromX, double toX) = Ends([.. map.Points.Select(point => point.X)]);
        (double fromY, double toY) = Ends([.. map.Points.Select(point => point.Y)]);
        double scale = Math.Min((Width - Frame) / (toX - fromX), (LongestSide - Frame) / (toY - fromY));
        double height = Math.Max(ShortestHeight, Math.Ceiling((toY - fromY) * scale + Frame));
        PlotModel model = PlotParts.Model(Axis(AxisPosition.Bottom, map.ShareX, fromX, toX, (Width - Frame) / scale), Axis(AxisPosition.Left, map.ShareY, fromY, toY, (height - Frame) / scale));
        model.PlotMargins = new OxyThickness(Margin, 4, 4, Margin);
        model.Padding = new OxyThickness(0);
        model.PlotAreaBorderThickness = new OxyThickness(1);
        string[] labels = [.. map.Points.Select(point => PlotText.Label(point.Label, 24))];
        IReadOnlyList<int> picked = LabelPlaces.Pick(
            [.. map.Points.Select((point, i) => ((point.X - (fromX + toX) / 2) * scale, point.Y * scale, TextRuler.Width(labels[i]) * LabelSize))],
            1.1 * LabelSize,
            (Frame - Width) / 2,
            (Width - Frame) / 2,
            MostLabels);
        foreach (int i in picked)
        {
            model.Annotations.Add(new TextAnnotation
            {
                Text = labels[i],
                TextPosition = new DataPoint(map.Points[i].X, map.Points[i].Y),
                TextHorizontalAlignment = HorizontalAlignment.Center,
                TextVerticalAlignment = VerticalAlignment.Bottom,
                Offset = new ScreenVector(0, -4),
                TextColor = Ink.Text,
                Stroke = OxyColors.Transparent,
                StrokeThickness = 0,
            });
        }

        return (model, height);
    }

    private static (double From, double To) Ends(double[] values)
    {
        double room = values.Max() > values.Min() ? 0.04 * (values.Max() - values.Min()) : 1;
        return (values.Min() - room, values.Max() + room);
    }

    private static LinearAxis Axis(AxisPosition position, double share, double from, double to, double length)
    {
        LinearAxis axis = PlotParts.Values(position, $"{(position == AxisPosition.Bottom ? "first" : "second")} direction ({Numbers.Percent(share)} of the variance)");
        (axis.Minimum, axis.Maximum) = ((from + to - length) / 2, (from + to + length) / 2);
        axis.MajorGridlineStyle = LineStyle.None;

        // Turned and mirrored the map would say the same: its numbers say nothing.
        axis.LabelFormatter = _ => "";
        return axis;
    }

    private static DataTable Table(ItemEmbeddings items, ItemMap map, bool hasGroups) => new(
        "The items of the map, the most popular first",
        [new("item", true), .. hasGroups ? [new Column(items.GroupName, true)] : (Column[])[], new(items.PopularityName), new("x"), new("y")],
        [
            .. map.Points.Select(point => (IReadOnlyList<Cell>)
            [
                point.Label, .. hasGroups ? [point.GroupName] : (Cell[])[], Numbers.Count(point.Popularity), Numbers.Figure(point.X), Numbers.Figure(point.Y),
            ]),
        ]);

    private static string Finding(ItemMap map, string groupName)
    {
        string colours = groupName.Length > 0 ? $" Colours and shapes give the {PlainText.Clean(groupName)}." : "";
        return $"Laid out along the two directions in which these embeddings differ most; they hold {Numbers.Percent(map.ShareX + map.ShareY)} of the variance. Near items are alike to the model; what is far apart in the other directions may look near.{colours}";
    }
}
