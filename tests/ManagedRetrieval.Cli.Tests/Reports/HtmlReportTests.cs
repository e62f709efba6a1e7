using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.Reports;

public class HtmlReportTests
{
    private static readonly string[] Drawn = ["svg", "title", "desc", "g", "rect", "text", "polyline", "polygon", "ellipse"];

    [Fact]
    public async Task A_file_holds_the_page_and_stands_alone_in_its_folder()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("report.html", "what was there before");
        await HtmlReport.WriteAsync(path, SampleReport.Make(), CancellationToken.None);
        Assert.Equal(HtmlReport.Render(SampleReport.Make(), CancellationToken.None), File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));

        // To look at the sample, name a file for it.
        if (Environment.GetEnvironmentVariable("SAMPLE_REPORT") is { Length: > 0 } wanted)
        {
            File.Copy(path, wanted, overwrite: true);
        }
    }

    [Fact]
    public async Task A_stopped_report_leaves_what_was_there()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("report.html", "what was there before");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => HtmlReport.WriteAsync(path, SampleReport.Make(), new CancellationToken(canceled: true)));
        Assert.Equal("what was there before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tr-TR")]
    [InlineData("fa-IR")]
    public async Task The_report_alone_decides_the_bytes(string culture)
    {
        string there = await Task.Run(() =>
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture, predefinedOnly: true);
            return HtmlReport.Render(SampleReport.Make(), CancellationToken.None);
        });
        Assert.Equal(HtmlReport.Render(SampleReport.Make(), CancellationToken.None), there);
    }

    [Fact]
    public void The_page_is_flawless_html_with_headings_in_order_and_ids_of_one_element_each()
    {
        IHtmlDocument page = ReportPage.Of(SampleReport.Make());
        Assert.Equal("en", page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(SampleReport.Make().Title, page.Title);
        Assert.Single(page.QuerySelectorAll("meta[name=viewport]"));
        int[] levels = [.. page.QuerySelectorAll("h1, h2, h3, h4, h5, h6").Select(heading => heading.LocalName[1] - '0')];
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, $"h{pair.First} is followed by h{pair.Second}"));
        string[] ids = [.. page.QuerySelectorAll("[id]").Select(element => element.Id!)];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(page.QuerySelectorAll("nav a"), link => Assert.Equal("SECTION", page.GetElementById(link.GetAttribute("href")![1..])!.TagName));
        Assert.Equal(7, page.QuerySelectorAll("nav a").Length);
    }

    [Fact]
    public void Nothing_is_loaded_and_nothing_runs()
    {
        string html = HtmlReport.Render(SampleReport.Make(), CancellationToken.None);
        Assert.DoesNotContain("http:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("xlink", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"url\((?!#)", html);
        IHtmlDocument page = ReportPage.Parse(html);
        Assert.Empty(page.QuerySelectorAll("script, link, img, iframe, object, embed, base, form, use, image, style ~ style"));
        Assert.All(page.All.SelectMany(element => element.Attributes), attribute =>
        {
            Assert.False(attribute.Name.StartsWith("on", StringComparison.Ordinal), attribute.Name);
            Assert.False(attribute.Name is "src" or "srcset" or "action" or "data" or "poster", attribute.Name);
            Assert.True(attribute.Name != "href" || attribute.Value.StartsWith('#'), attribute.Value);
        });
        string policy = page.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content")!;
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_drawing_has_a_name_a_finding_and_a_table()
    {
        IHtmlDocument page = ReportPage.Of(SampleReport.Make());
        Assert.NotEmpty(page.QuerySelectorAll("svg"));
        Assert.All(page.QuerySelectorAll("svg"), svg =>
        {
            Assert.Equal("img", svg.GetAttribute("role"));
            string[] named = [.. svg.GetAttribute("aria-labelledby")!.Split(' ').Select(id => page.GetElementById(id)!.TextContent)];
            IElement figure = svg.Closest("figure")!;
            Assert.Equal([figure.QuerySelector("h3")!.TextContent, figure.QuerySelector("figcaption p")!.TextContent], named);
            Assert.All(named, text => Assert.NotEqual("", text.Trim()));
            Assert.NotEmpty(figure.QuerySelectorAll("details table tbody td"));
            Assert.All(svg.QuerySelectorAll("*"), element => Assert.Contains(element.LocalName, Drawn));
            Assert.DoesNotContain("NaN", svg.OuterHtml, StringComparison.Ordinal);
        });
        Assert.All(page.QuerySelectorAll("table"), table =>
        {
            Assert.NotEqual("", table.QuerySelector("caption")!.TextContent);
            int columns = table.QuerySelectorAll("thead th[scope=col]").Length;
            Assert.All(table.QuerySelectorAll("tbody tr"), row => Assert.Equal((columns, "row"), (row.Children.Length, row.Children[0].GetAttribute("scope"))));
        });
    }

    [Fact]
    public void What_is_plotted_stands_in_the_tables()
    {
        RunReport report = SampleReport.Make();
        IHtmlDocument page = ReportPage.Of(report);
        string[][] losses = ReportPage.Table(page, "Training loss");
        Assert.Equal(report.Epochs.Select(epoch => (double)epoch.Number), losses.Select(row => ReportPage.Number(row[0])));
        Near(report.Epochs.Select(epoch => epoch.TrainingLoss), losses.Select(row => row[1]));
        Near(report.Epochs.Select(epoch => epoch.Seconds!.Value), losses.Select(row => row[2]));
        Near(report.Epochs.SelectMany(epoch => epoch.Validation.Take(3)).Select(figure => figure.Value), ReportPage.Table(page, "Validation metrics").SelectMany(row => row[1..]));
        Near(report.Epochs.Select(epoch => epoch.Doctor!.TieRate!.Value), ReportPage.Table(page, "Tie rate").Select(row => row[1]));
        Near(
            report.Methods.SelectMany(method => method.Recall).SelectMany(point => (double[])[point.K, point.Value.Estimate, point.Value.Low, point.Value.High]),
            ReportPage.Table(page, "Recall by k").SelectMany(row => row[1..]));
        Near(
            report.Methods.SelectMany(method => method.Metrics.Take(4)).SelectMany(figure => (double[])[figure.Value.Estimate, figure.Value.Low, figure.Value.High]),
            ReportPage.Table(page, "Metrics").SelectMany(row => row[2..]));
        Near(
            report.Differences.Where(difference => difference.Metric == "MRR").SelectMany(difference => (double[])[difference.Difference.Estimate, difference.Difference.Low, difference.Difference.High]),
            ReportPage.Table(page, "Two-tower model against the others: MRR").SelectMany(row => row[1..4]));
        Near(
            report.Popularity!.Bins.SelectMany(bin => (double[])[bin.Queries, .. bin.Methods.Select(figure => figure.Value)]), ReportPage.Table(page, "Recall@10 by popularity").SelectMany(row => row[1..]));
        string[][] scores = ReportPage.Table(page, "Distribution of scores");
        Assert.All(report.Scores, (histogram, i) => Assert.Equal(histogram.Counts.Select(count => (double)count), scores.Select(row => ReportPage.Number(row[2 + i]))));
        Near(
            report.SlowestParts.SelectMany(part => (double[])[part.ForwardMilliseconds, part.BackwardMilliseconds, 100 * part.Share]),
            ReportPage.Table(page, "The slowest parts of a step").SelectMany(row => row[1..]));

        static void Near(IEnumerable<double> expected, IEnumerable<string> shown)
        {
            double[] values = [.. expected];
            double[] numbers = [.. shown.Select(ReportPage.Number)];
            Assert.Equal(values.Length, numbers.Length);

            // Four decimals below 1, four digits above.
            Assert.All(values.Zip(numbers), pair => Assert.Equal(pair.First, pair.Second, 5.1e-5 + 6e-4 * Math.Abs(pair.First)));
        }
    }

    [Fact]
    public void Every_item_of_the_map_has_a_mark_with_its_name_and_a_row()
    {
        IHtmlDocument page = ReportPage.Of(SampleReport.Make());
        IElement figure = page.QuerySelector("figure.map")!;
        string[] marks = [.. figure.QuerySelectorAll("svg title").Skip(1).Select(title => title.TextContent).Order(StringComparer.Ordinal)];
        string[] rows = [.. ReportPage.Table(page, "The 2,000 most popular items in two dimensions").Select(row => $"{row[0]} ({row[1]})").Order(StringComparer.Ordinal)];
        Assert.Equal(ItemMap.MostItems, rows.Length);
        Assert.Equal(rows, marks);
        Assert.Equal([8], figure.QuerySelectorAll(".legend").Select(legend => legend.Children.Length));
    }

    [Fact]
    public void A_report_without_figures_has_no_sections_and_no_plots()
    {
        IHtmlDocument page = ReportPage.Of(new RunReport { Title = "Bare", Summary = "Nothing." });
        Assert.Empty(page.QuerySelectorAll("section, figure, svg, nav, dl, table"));
        Assert.Equal("Bare", page.QuerySelector("h1")!.TextContent.Trim());
    }

    [Fact]
    public void What_has_no_data_is_left_out_and_the_rest_stays()
    {
        (string Section, RunReport Without)[] cases =
        [
            ("results", SampleReport.Make() with { Methods = [], Differences = [] }),
            ("training", SampleReport.Make() with { Epochs = [] }),
            ("popularity", SampleReport.Make() with { Popularity = null }),
            ("popularity", SampleReport.Make() with { Popularity = new("recall", [new("1", 0, [new("model", double.NaN)])]) }),
            ("scores", SampleReport.Make() with { Scores = [new("none", 0, 1, [0, 0])] }),
            ("map", SampleReport.Make() with { Items = null }),
            ("map", SampleReport.Make() with { Items = new(new(new(2, 4)), ["a", "b"], [1, 2]) }),
            ("time", SampleReport.Make() with { SlowestParts = [] }),
            ("samples", SampleReport.Make() with { Samples = [] }),
        ];
        foreach ((string section, RunReport without) in cases)
        {
            IHtmlDocument page = ReportPage.Of(without with { Items = without.Items is { } items && section != "map" ? Few(items) : without.Items });
            Assert.Null(page.GetElementById(section));
            Assert.Equal(6, page.QuerySelectorAll("section").Length);
            Assert.Equal(6, page.QuerySelectorAll("nav a").Length);
        }

        static ItemEmbeddings Few(ItemEmbeddings all) => new(all.Embeddings.Rows(0, 5), [.. all.Labels.Take(5)], [.. all.Popularity.Take(5)]);
    }

    [Fact]
    public void Figures_that_are_no_numbers_are_dashes_and_no_drawing_breaks()
    {
        var nothing = new Metrics.ConfidenceInterval(double.NaN, double.NaN, double.NaN);
        RunReport odd = new()
        {
            Title = "Odd",
            Summary = "Odd.",
            BestEpoch = 1,
            Epochs = [new(1, double.NaN) { Validation = [new("recall", double.NaN), new("MRR", 0.1)] }, new(2, double.PositiveInfinity) { Seconds = double.NaN }, new(3, 4)],
            Methods = [new("a", false) { Metrics = [new("recall", nothing), new("MRR", new(0.2, double.NaN, double.NaN))], Recall = [new(1, nothing), new(5, new(0, 0, 0)), new(10, nothing)] }, new("b", true)],
            Differences = [new("a", "b", "MRR", new(0.1, double.NaN, double.NaN), "?"), new("a", "b", "recall", nothing, "?")],
            Popularity = new("recall", [new("1", 3, [new("a", double.NaN)]), new("2", 3, [new("a", 0.5), new("b", double.NegativeInfinity)])]),
            SlowestParts = [new("op", double.NaN, double.PositiveInfinity, double.NaN), new("other", 0, 0, 0)],
            Scores = ScoreHistogram.Count(3, ("all alike", new float[] { 2, 2, float.NaN })),
            Items = new(new(new(4, 3)), ["a", "b", "c", "d"], [0, 0, 0, 0], ["", "", "", ""]),
        };
        IHtmlDocument page = ReportPage.Of(odd);
        Assert.Equal(6, page.QuerySelectorAll("section").Length);
        Assert.All(page.QuerySelectorAll("svg"), svg => Assert.DoesNotMatch("NaN|Infinity|∞", svg.OuterHtml));
        Assert.Equal(["–", "Infinity", "4.000"], ReportPage.Table(page, "Training loss").Select(row => row[1]));
    }

    [Fact]
    public void Histograms_with_different_bins_are_refused()
    {
        RunReport report = SampleReport.Make() with { Scores = [new("a", 0, 1, [1, 2]), new("b", 0, 2, [1, 2])] };
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => HtmlReport.Render(report, CancellationToken.None));
        Assert.Contains("different bins", refusal.Message, StringComparison.Ordinal);
    }
}
