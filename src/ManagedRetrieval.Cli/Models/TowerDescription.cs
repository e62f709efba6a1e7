using System.Globalization;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>What a tower reads, and which layers follow.</summary>
internal sealed record TowerDescription
{
    public required IReadOnlyList<FeatureDescription> Features { get; init; }

    public TowerJoin Join { get; set; }

    public IReadOnlyList<LayerDescription> Layers { get; set; } = [];

    /// <summary>Refuses what no tower can be.</summary>
    /// <param name="check">Knows where the tower stands.</param>
    /// <param name="foreignKey">The key that the tower's entities do not have: that of the other side.</param>
    public void Check(DescriptionCheck check, string foreignKey)
    {
        check.Require(Features.Count > 0, "features", "empty", "at least one feature");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < Features.Count; i++)
        {
            check.Require(Features[i] is not null, Place("features", i), "null", "a feature");
            Features[i].Check(check.In(Place("features", i)), foreignKey);
            check.Require(names.Add(Features[i].FeatureName), Place("features", i), $"the second of name '{Features[i].FeatureName}'", "a name of its own");
        }

        for (int i = 0; i < Layers.Count; i++)
        {
            check.Require(Layers[i] is not null, Place("layers", i), "null", "a layer");
            Layers[i].Check(check.In(Place("layers", i)));
        }
    }

    private static string Place(string list, int number) => string.Create(CultureInfo.InvariantCulture, $"{list}[{number}]");
}
