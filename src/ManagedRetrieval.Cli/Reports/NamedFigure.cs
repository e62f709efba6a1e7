namespace ManagedRetrieval.Cli.Reports;

/// <summary>A figure of a metric or of a method; NaN where there is none.</summary>
internal sealed record NamedFigure(string Name, double Value);
