using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>What an index is read from.</summary>
internal sealed record IndexParts<TId>(
    DescriptionProperties Properties,
    bool HasSimilarity,
    SafetensorsFile File,
    IReadOnlyList<TId> Identifiers,
    Similarity Similarity,
    WorkerTeam? Workers,
    IComputeBackend<float>? Backend)
    where TId : notnull
{
    /// <summary>Refuses properties that neither all indexes nor this type knows.</summary>
    /// <exception cref="FormatException">There is one.</exception>
    public void AllowOnly(params ReadOnlySpan<string> own) =>
        Properties.AllowOnly(HasSimilarity ? ["type", "identifiers", "similarity", "model_version", .. own] : ["type", "identifiers", .. own]);
}
