namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>A sentence and the API it describes.</summary>
/// <param name="Summary">The text of the summary.</param>
/// <param name="Form">The summary with everything masked that fills in a common sentence; decides the split.</param>
/// <param name="Candidate">The row of the API among the candidates.</param>
internal readonly record struct DocumentationPair(string Summary, string Form, int Candidate);
