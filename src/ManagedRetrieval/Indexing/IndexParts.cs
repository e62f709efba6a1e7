using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>What an index is read from.</summary>
internal sealed class IndexParts<TId>
    where TId : notnull
{
    public required DescriptionProperties Properties { get; init; }

    public required bool HasSimilarity { get; init; }

    public required SafetensorsFile File { get; init; }

    public required IReadOnlyList<TId> Identifiers { get; init; }

    public required Similarity Similarity { get; init; }

    public required WorkerTeam? Workers { get; init; }

    public required IComputeBackend<float>? Backend { get; init; }

    /// <summary>Refuses properties that neither all indexes nor this type knows.</summary>
    /// <exception cref="FormatException">There is one.</exception>
    public void AllowOnly(params ReadOnlySpan<string> own) =>
        Properties.AllowOnly(HasSimilarity ? ["type", "identifiers", "similarity", "model_version", .. own] : ["type", "identifiers", .. own]);
}
