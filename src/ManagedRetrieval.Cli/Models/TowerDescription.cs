using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>What a tower reads, and which layers follow.</summary>
internal sealed record TowerDescription
{
    public required IReadOnlyList<FeatureDescription> Features { get; init; }

    public TowerJoin Join { get; set; }

    public IReadOnlyList<LayerDescription> Layers { get; set; } = [];
}
