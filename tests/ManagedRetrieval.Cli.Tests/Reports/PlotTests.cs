using System.Xml.Linq;
using FsCheck.Xunit;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.TestKit;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ManagedRetrieval.Cli.Tests.Reports;

public class PlotTests
{
    [Fact]
    public void A_drawing_scales_takes_the_page_s_font_and_has_no_colours_of_its_own()
    {
        XElement svg = SvgDrawing.Make(Figure(), "figure-9");
        Assert.Null(svg.Attribute("width"));
        Assert.Equal("0 0 440 200", svg.Attribute("viewBox")!.Value);
        Assert.All(svg.DescendantsAndSelf(), element => Assert.Equal("", element.Name.NamespaceName));
        Assert.All(svg.DescendantsAndSelf().Attributes(), attribute => Assert.DoesNotMatch("^(font|xmlns)", attribute.Name.LocalName));
        string[] styles = [.. svg.Descendants().Attributes("style").Select(style => style.Value)];
        Assert.NotEmpty(styles);
        Assert.All(
            styles.SelectMany(style => style.Split(';')).Where(part => part.StartsWith("fill:", StringComparison.Ordinal) || part.StartsWith("stroke:", StringComparison.Ordinal)),
            part => Assert.Matches("^(fill|stroke):(none|currentColor|var\\(--[a-z0-9]+\\))$", part));
        Assert.All(svg.Descendants().Attributes("id"), id => Assert.StartsWith("figure-9-", id.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void The_style_sheet_knows_every_colour_in_light_in_dark_and_in_print()
    {
        string[] names = [.. Enumerable.Range(0, Ink.SeriesColours).Select(Ink.SeriesCss), "var(--muted)", "var(--grid)", "var(--card)", "var(--other)"];
        Assert.All(names, name => Assert.Equal(3, PageStyle.Css.Split(name["var(".Length..^1] + ":").Length - 1));
        Assert.Throws<ArgumentException>(() => Ink.Css("rgb(9,9,9)"));
    }

    [Fact]
    public void Series_stand_out_from_what_lies_behind_them()
    {
        // WCAG 2.2, 1.4.11: 3 to 1 for graphics, and 4.5 to 1 for text.
        string[] parts = PageStyle.Css.Split("@media (prefers-color-scheme: dark)");
        Assert.All(parts, part =>
        {
            double card = Luminance(Colour(part, "--card"));
            Assert.All(Enumerable.Range(0, Ink.SeriesColours), i => Assert.InRange(Contrast(card, Luminance(Colour(part, $"--s{i}"))), 3, 21));
            Assert.All((string[])["--text", "--muted", "--accent"], name => Assert.InRange(Contrast(card, Luminance(Colour(part, name))), 4.5, 21));
        });

        static string Colour(string css, string name) => css[(css.IndexOf(name + ": #", StringComparison.Ordinal) + name.Length + 3)..][..6];
        static double Luminance(string hex) => 0.2126 * Linear(hex[..2]) + 0.7152 * Linear(hex[2..4]) + 0.0722 * Linear(hex[4..]);
        static double Linear(string hex) => Convert.ToInt32(hex, 16) / 255.0 is var x && x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4);
        static double Contrast(double a, double b) => (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    [Fact]
    public void Names_of_points_that_are_too_many_or_too_few_are_refused()
    {
        Assert.Equal(["one", "two", "three"], SvgDrawing.Make(Figure() with { PointNames = ["one", "two", "three"] }, "f").Descendants("title").Skip(1).Select(title => title.Value));
        Assert.Throws<ArgumentException>(() => SvgDrawing.Make(Figure() with { PointNames = ["one", "two"] }, "f"));
        Assert.Throws<ArgumentException>(() => SvgDrawing.Make(Figure() with { PointNames = ["one", "two", "three", "four"] }, "f"));
    }

    [Property]
    public void No_label_lies_on_another(ulong seed)
    {
        var draw = new Draw(seed, 40);
        (double X, double Y, double Width)[] points = [.. Enumerable.Range(0, draw.Below(40)).Select(_ => (draw.Uniform(-10, 10), draw.Uniform(-10, 10), draw.Uniform(0, 9)))];
        int most = draw.Between(1, 30);
        IReadOnlyList<int> picked = LabelPlaces.Pick(points, 2, -12, 12, most);
        Assert.True(picked.Count <= most);
        foreach (int a in picked)
        {
            Assert.InRange(points[a].X, -12 + points[a].Width / 2, 12 - points[a].Width / 2);
            Assert.All(picked.Where(b => b > a), b => Assert.False(Overlap(points[a], points[b]), $"{points[a]} and {points[b]}"));
        }

        // Whoever is left out would have lain on an earlier one, or over the edge.
        Assert.All(Enumerable.Range(0, picked.Count < most ? points.Length : 0).Except(picked), left => Assert.True(
            Math.Abs(points[left].X) + points[left].Width / 2 > 12 || picked.Any(earlier => earlier < left && Overlap(points[earlier], points[left]))));

        static bool Overlap((double X, double Y, double Width) a, (double X, double Y, double Width) b) =>
            a.X - a.Width / 2 < b.X + b.Width / 2 && b.X - b.Width / 2 < a.X + a.Width / 2 && Math.Abs(a.Y - b.Y) < 2;
    }

    [Fact]
    public void Shares_share_an_axis_and_other_metrics_have_one_each()
    {
        IReadOnlyList<MetricPanel> panels = MetricPanel.Split([new("recall", 0.2), new("mean rank", 40), new("MRR", 0), new("mean rank", 0.5), new("loss", -1), new("recall", 1), new("none", double.NaN)]);
        Assert.Equal([["recall", "MRR"], ["mean rank"], ["loss"]], panels.Select(panel => panel.Metrics));
    }

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(0.34567, "0.3457")]
    [InlineData(-0.0123, "−0.0123")]
    [InlineData(0.000321, "0.000321")]
    [InlineData(2e-9, "2e−09")]
    [InlineData(61.0, "61.00")]
    [InlineData(1234567.0, "1,234,567")]
    [InlineData(double.NaN, "–")]
    public void Figures_have_some_four_digits_and_a_real_minus(double value, string text) => Assert.Equal(text, Numbers.Figure(value));

    [Theory]
    [InlineData(7.44, "7.4 s")]
    [InlineData(187.4, "3 min 7 s")]
    [InlineData(7384, "2 h 3 min")]
    public void Durations_are_told_in_units_of_their_size(double seconds, string text) => Assert.Equal(text, Numbers.Duration(TimeSpan.FromSeconds(seconds)));

    private static ReportFigure Figure()
    {
        PlotModel model = PlotParts.Model(PlotParts.Values(AxisPosition.Bottom, "x"), PlotParts.Values(AxisPosition.Left, "y"));
        ScatterSeries marks = PlotParts.Marks(Ink.Series(2), MarkerType.Circle, [new(1, 2), new(3, 5), new(2, 2)]);
        model.Series.Add(marks);
        model.Annotations.Add(PlotParts.Mark(2, "here"));
        return new("Title", "Finding.", model, 200, new DataTable("Numbers", [new("x"), new("y")], [["1", "2"]]));
    }
}
