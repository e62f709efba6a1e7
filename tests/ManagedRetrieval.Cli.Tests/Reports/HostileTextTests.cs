using AngleSharp.Html.Dom;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Cli.Tests.Reports;

/// <summary>Names come from files that others wrote.</summary>
public class HostileTextTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")]
    [InlineData("</title></style><b onclick='x'>", "</title></style><b onclick='x'>")]
    [InlineData("\" onload=\"x", "\" onload=\"x")]
    [InlineData("<!-- & &lt; &#60; ]]>", "<!-- & &lt; &#60; ]]>")]
    [InlineData("a_{b}^{c}", "a_{b}^{c}")]
    [InlineData("half U+D83D", "half \ufffd")]
    [InlineData("U+DC4D half", "\ufffd half")]
    [InlineData("whole \ud83d\udc4d", "whole \ud83d\udc4d")]
    [InlineData("turned \u202e round\u2066", "turned   round ")]
    [InlineData("a\0b\u0001c\u007fd\u0085e\u2028f\rg\nh", "a b c d e f g h")]
    [InlineData("no \uffff character \ufdd0", "no \ufffd character \ufffd")]
    [InlineData("שלום", "שלום")]
    [InlineData("می‌خواهم", "می‌خواهم")]
    public void Text_is_shown_and_never_obeyed(string label, string shown)
    {
        // Half a character does not survive in an attribute.
        label = label.Replace("U+D83D", "\ud83d", StringComparison.Ordinal).Replace("U+DC4D", "\udc4d", StringComparison.Ordinal);
        IHtmlDocument page = ReportPage.Of(Everywhere(label));
        Assert.Equal(Elements(ReportPage.Of(Everywhere("plain"))), Elements(page));
        Assert.Equal(shown.Trim(), page.QuerySelector("h1")!.TextContent.Trim());
        Assert.Equal(shown, page.QuerySelector("section#results tbody th bdi")!.TextContent);
        Assert.Equal(shown, page.QuerySelector("article h3 bdi")!.TextContent);
        Assert.Contains(page.QuerySelectorAll("section#time svg text"), text => text.TextContent == PlainText.Short(shown, 26));
        Assert.All(page.QuerySelectorAll("svg *"), element => Assert.Contains(element.LocalName, (string[])["title", "desc", "g", "rect", "text", "polyline", "polygon", "ellipse"]));
    }

    [Property(MaxTest = 40)]
    public Property Any_text_gives_flawless_html() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<char[]>().Select(letters => new string(letters)).ToArbitrary(),
        label => Elements(ReportPage.Of(Everywhere(label))).Length > 0);

    [Fact]
    public void Long_names_are_cut_in_plots_and_whole_in_tables()
    {
        string name = string.Concat(Enumerable.Repeat("e\u0301x", 100));
        IHtmlDocument page = ReportPage.Of(Everywhere(name));
        Assert.All(page.QuerySelectorAll("svg text"), text => Assert.InRange(new System.Globalization.StringInfo(text.TextContent).LengthInTextElements, 0, 80));
        Assert.Contains(page.QuerySelectorAll("td bdi"), cell => cell.TextContent == name);
    }

    // Outside of drawings, where names decide how many are written.
    private static string[] Elements(IHtmlDocument page) => [.. page.All.Where(element => element.ParentElement?.Closest("svg") is null).Select(element => element.LocalName)];

    private static RunReport Everywhere(string label)
    {
        var value = new Metrics.ConfidenceInterval(0.5, 0.4, 0.6);
        return new()
        {
            Title = label,
            Summary = label,
            Facts = [new(label, label)],
            Epochs = [new(1, 2) { Validation = [new(label, 0.5)], Findings = [label] }, new(2, 1) { Validation = [new(label, 0.6)] }],
            Methods = [new(label, false) { Metrics = [new(label, value)], Recall = [new(1, value), new(10, value)] }],
            Differences = [new(label, label, label, value, label)],
            Popularity = new(label, [new(label, 3, [new(label, 0.5)])]),
            Scores = [new(label, 0, 1, [1, 2])],
            Items = new(Tensor<float>.Of(new float[,] { { 0, 1 }, { 1, 3 }, { 4, 0 } }), [label, label, label], [1, 2, 3], [label, label, label]) { GroupName = label, PopularityName = label },
            SlowestParts = [new(label, 1, 2, 0.5)],
            Samples = [new(label, [new(label, 0.5)])],
        };
    }
}
