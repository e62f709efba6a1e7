using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using ManagedRetrieval.Cli.Reports;

namespace ManagedRetrieval.Cli.Tests.Reports;

/// <summary>Reads a page as strictly as the standard allows.</summary>
internal static class ReportPage
{
    /// <summary>The page of a report; an error of the HTML fails the test.</summary>
    public static IHtmlDocument Of(RunReport report) => Parse(HtmlReport.Render(report, CancellationToken.None));

    public static IHtmlDocument Parse(string html) => new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(html);

    /// <summary>The cells of the table in the figure with this heading, row by row.</summary>
    public static string[][] Table(IHtmlDocument page, string heading) =>
    [
        .. Figure(page, heading).QuerySelectorAll("table tbody tr").Select(row => row.Children.Select(cell => cell.TextContent.Trim()).ToArray()),
    ];

    public static IElement Figure(IHtmlDocument page, string heading) => page.QuerySelectorAll("figure").Single(figure => figure.QuerySelector("h3")!.TextContent == heading);

    /// <summary>A number of the page; NaN for the dash that stands where there is none.</summary>
    public static double Number(string text) => text == "–"
        ? double.NaN
        : double.Parse(text.Replace('\u2212', '-').Replace("%", "", StringComparison.Ordinal).Trim(), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
