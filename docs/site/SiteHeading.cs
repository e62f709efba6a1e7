namespace ManagedRetrieval.Site;

/// <summary>A heading of a page, and what stands below it, as plain text.</summary>
internal sealed record SiteHeading(int Level, string Text, string Id, string Below);
