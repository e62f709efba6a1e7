namespace ManagedRetrieval.Cli.Reports;

/// <summary>A query and what the model answers, best first.</summary>
internal sealed record SampleQuery(string Text, IReadOnlyList<SampleAnswer> Answers);
