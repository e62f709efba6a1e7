namespace ManagedRetrieval.Cli.Reports;

/// <summary>Loss, validation and the doctor's figures, epoch by epoch.</summary>
internal sealed class TrainingSection : IReportSection
{
    public string Id => "training";

    public string Title => "Training";

    public bool IsIn(RunReport report) => report.Epochs.Count > 0;

    public void Write(HtmlWriter html, RunReport report)
    {
        (int Epoch, string Sentence)[] findings = [.. report.Epochs.SelectMany(epoch => epoch.Findings.Select(finding => (epoch.Number, finding)))];
        FigureGrid.Write(html, [.. EpochPlots.Loss(report) is { } loss ? [loss] : (ReportFigure[])[], .. EpochPlots.Validation(report)]);
        ReportFigure[] doctor = [.. EpochPlots.Doctor(report)];
        if (doctor.Length + findings.Length > 0)
        {
            html.Element("h3", "The model's health", ("class", "part"));
        }

        if (findings.Length > 0)
        {
            html.Open("ul", ("class", "findings"));
            foreach ((int epoch, string sentence) in findings)
            {
                html.Open("li").Element("b", $"Epoch {Numbers.Count(epoch)}").Text(": ").Data(sentence).Close();
            }

            html.Close();
        }

        FigureGrid.Write(html, doctor, "small");
    }
}
