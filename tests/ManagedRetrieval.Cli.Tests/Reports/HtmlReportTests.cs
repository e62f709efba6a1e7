using ManagedRetrieval.Cli.Reports;

namespace ManagedRetrieval.Cli.Tests.Reports;

public class HtmlReportTests
{
    [Fact]
    public async Task A_file_holds_the_page_and_stands_alone_in_its_folder()
    {
        // To look at the sample, name a file for it.
        string? wanted = Environment.GetEnvironmentVariable("SAMPLE_REPORT");
        using var folder = new ReferenceDocs.TemporaryFolder();
        string path = wanted ?? Path.Combine(folder.Path, "report.html");
        await HtmlReport.WriteAsync(path, SampleReport.Make(), CancellationToken.None);
        Assert.True(File.Exists(path));
    }
}
