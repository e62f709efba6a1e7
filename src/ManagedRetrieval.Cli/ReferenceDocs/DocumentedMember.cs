namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>A member with a summary that is not empty.</summary>
/// <param name="Id">The identifier in the documentation, such as "M:System.String.Trim(System.Char)".</param>
/// <param name="Summary">What the documentation says it is for.</param>
internal sealed record DocumentedMember(string Id, SummaryText Summary);
