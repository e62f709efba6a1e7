using System.Text.Json.Serialization;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Ids without a vocabulary, hashed.</summary>
internal sealed record HashDescription : EmbeddedDescription
{
    public int Buckets { get; set; } = 100_000;

    /// <summary>How many rows an id has, whose embeddings are joined.</summary>
    public int Hashes { get; set; } = 1;

    [JsonIgnore]
    protected override bool TakesPattern => true;

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) =>
        tower.Embed(FeatureName, new OptionalFeature<string>(new HashFeature<string>(Buckets, Hashes)), Text, Embedding);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Text);

    protected override void CheckSettings(DescriptionCheck check)
    {
        base.CheckSettings(check);
        check.AtLeast(1, "buckets", Buckets);
        check.Require(Hashes is >= 1 and <= 64, "hashes", Hashes, "from 1 to 64");
    }
}
