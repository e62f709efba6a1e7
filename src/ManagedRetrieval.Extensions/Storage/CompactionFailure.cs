namespace ManagedRetrieval.Extensions.Storage;

/// <summary>An index could not be built anew. Nothing is lost by it: what was written since the last compaction is searched row by row.</summary>
/// <param name="Property">The vector property that it is of.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct CompactionFailure(string Property, Exception Reason);
