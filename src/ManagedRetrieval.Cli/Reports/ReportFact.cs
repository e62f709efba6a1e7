namespace ManagedRetrieval.Cli.Reports;

/// <summary>Something about the run, such as its seed.</summary>
internal sealed record ReportFact(string Name, string Value);
