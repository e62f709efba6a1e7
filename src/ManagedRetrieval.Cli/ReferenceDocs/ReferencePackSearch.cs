namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>What a search for the reference pack came to.</summary>
/// <param name="Pack">The pack, or null where none has documentation.</param>
/// <param name="LookedAt">The directories that were looked at, in order; the last one holds the pack if there is one.</param>
internal sealed record ReferencePackSearch(ReferencePack? Pack, IReadOnlyList<string> LookedAt);
