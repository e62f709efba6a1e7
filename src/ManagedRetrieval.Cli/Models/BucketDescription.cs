using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Numbers cut into buckets of equally many.</summary>
internal sealed record BucketDescription : EmbeddedDescription
{
    public int Buckets { get; set; } = 16;

    public override ItemAttribute? Attribute() => Pattern is null && !ReadsKey ? ItemAttribute.Number(Field) : base.Attribute();

    [JsonIgnore]
    protected override bool TakesPattern => true;

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) =>
        tower.Embed(FeatureName, BucketFeature.Fit(data.Entities.Select(Number), Buckets), Number, Embedding);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Number);

    protected override void CheckSettings(DescriptionCheck check)
    {
        base.CheckSettings(check);
        check.AtLeast(1, "buckets", Buckets);
    }
}
