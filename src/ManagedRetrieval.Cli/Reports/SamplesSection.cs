namespace ManagedRetrieval.Cli.Reports;

/// <summary>A few queries with what the model answers.</summary>
internal sealed class SamplesSection : IReportSection
{
    public string Id => "samples";

    public string Title => "Questions and answers";

    public bool IsIn(RunReport report) => report.Samples.Count > 0;

    public void Write(HtmlWriter html, RunReport report)
    {
        html.Open("div", ("class", "samples"));
        foreach (SampleQuery sample in report.Samples)
        {
            html.Open("article").Open("h3").Data(sample.Text).Close();
            new DataTable(
                "Answers, best first",
                [new("place"), new("answer", IsText: true), new("score")],
                [.. sample.Answers.Select((answer, i) => (IReadOnlyList<Cell>)[Numbers.Count(i + 1), new Cell(answer.Item, answer.IsHit ? "✓ right" : "", answer.IsHit), Numbers.Figure(answer.Score)])]).Write(html);
            html.Close();
        }

        html.Close();
    }
}
