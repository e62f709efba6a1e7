using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>How collections are indexed.</summary>
/// <param name="Workers">Shares out searches; null for none.</param>
/// <param name="CompactAt">See <see cref="Indexing.LiveIndexOptions{TId}.CompactAt"/>.</param>
internal sealed record StorageOptions(WorkerTeam? Workers, double? CompactAt);
