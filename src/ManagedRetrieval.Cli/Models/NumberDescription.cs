using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Numbers, standardised.</summary>
internal sealed record NumberDescription : FeatureDescription
{
    public NumberTransform Transform { get; set; }

    /// <summary>Standard deviations from the mean beyond which numbers are cut off; null for none.</summary>
    public double? Clip { get; set; }

    public override ItemAttribute? Attribute() => Pattern is null && !ReadsKey ? ItemAttribute.Number(Field) : base.Attribute();

    [JsonIgnore]
    protected override bool TakesPattern => true;

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) => tower.Numbers(
        FeatureName, NumberFeature.Fit(data.Entities.Select(Number), new NumberFeatureOptions { Transform = Transform, Clip = Clip }), Number);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Number);

    protected override void CheckSettings(DescriptionCheck check)
    {
        check.Positive("clip", Clip);
    }
}
