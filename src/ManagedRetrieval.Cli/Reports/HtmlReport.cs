using System.Text;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Writes a report as one page, which needs nothing but itself.</summary>
/// <remarks>The report alone decides the bytes: there is no date, no random id, and no culture in them.</remarks>
internal static class HtmlReport
{
    // Nothing may be loaded and nothing may run, whatever a label says.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    private static readonly IReportSection[] Sections =
    [
        new MethodsSection(), new TrainingSection(), new PopularitySection(), new ScoresSection(), new MapSection(), new StepSection(), new SamplesSection(),
    ];

    /// <summary>Writes the page; the file is whole or as it was.</summary>
    /// <exception cref="ArgumentException">Histograms have different bins.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <exception cref="OperationCanceledException">Stopped; no file is half-written.</exception>
    public static async Task WriteAsync(string path, RunReport report, CancellationToken cancellationToken)
    {
        byte[] page = Encoding.UTF8.GetBytes(Render(report, cancellationToken));
        await AtomicFile.WriteAsync(path, async (stream, token) => await stream.WriteAsync(page, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The page as text.</summary>
    public static string Render(RunReport report, CancellationToken cancellationToken)
    {
        IReportSection[] sections = [.. Sections.Where(section => section.IsIn(report))];
        var html = new HtmlWriter();
        html.Open("html", ("lang", "en"));
        WriteHead(html, report);
        html.Open("body");
        WriteHeader(html, report, sections);
        html.Open("main");
        foreach (IReportSection section in sections)
        {
            cancellationToken.ThrowIfCancellationRequested();
            html.Open("section", ("id", section.Id), ("aria-labelledby", $"{section.Id}-heading"));
            html.Element("h2", section.Title, ("id", $"{section.Id}-heading"));
            section.Write(html, report);
            html.Close();
        }

        return html.Close().Close().Close().ToString();
    }

    private static void WriteHead(HtmlWriter html, RunReport report)
    {
        html.Open("head").Void("meta", ("charset", "utf-8"));
        html.Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
        html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
        html.Element("title", report.Title).Style(PageStyle.Css).Close();
    }

    private static void WriteHeader(HtmlWriter html, RunReport report, IReportSection[] sections)
    {
        html.Open("header").Open("h1").Data(report.Title).Close();
        html.Open("p", ("class", "summary")).Data(report.Summary).Close();
        ReportFact[] facts = [.. report.Facts, .. report.TrainingTime is { } time ? [new ReportFact("Training time", Numbers.Duration(time))] : (ReportFact[])[]];
        if (facts.Length > 0)
        {
            html.Open("dl", ("class", "facts"));
            foreach (ReportFact fact in facts)
            {
                html.Open("div").Open("dt").Data(fact.Name).Close().Open("dd").Data(fact.Value).Close().Close();
            }

            html.Close();
        }

        if (sections.Length > 1)
        {
            html.Open("nav", ("aria-label", "Sections")).Open("ul");
            foreach (IReportSection section in sections)
            {
                html.Open("li").Element("a", section.Title, ("href", $"#{section.Id}")).Close();
            }

            html.Close().Close();
        }

        html.Close();
    }
}
