namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>What went into a <see cref="ReferenceDocsDataset"/> and what was left out.</summary>
/// <param name="Members">The documented members.</param>
/// <param name="ShortSummaries">The members whose summary has too few words.</param>
/// <param name="Forms">The distinct forms of the other summaries.</param>
/// <param name="InAnotherSplit">The held-out pairs dropped because their candidate also has a pair in another split.</param>
/// <param name="Shared">The held-out pairs dropped because their summary belongs to several candidates.</param>
internal sealed record DatasetCounts(int Members, int ShortSummaries, int Forms, int InAnotherSplit, int Shared);
