namespace ManagedRetrieval.Cli.Reports;

/// <summary>A part of the page.</summary>
internal interface IReportSection
{
    /// <summary>The section's address within the page.</summary>
    string Id { get; }

    string Title { get; }

    /// <summary>Whether the report holds anything for this section; else it is left out.</summary>
    bool IsIn(RunReport report);

    /// <summary>Writes what stands below the section's heading.</summary>
    void Write(HtmlWriter html, RunReport report);
}
