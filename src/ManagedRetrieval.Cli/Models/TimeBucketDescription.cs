using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>The hour of the day or week, or the day of the week, at which a query is asked.</summary>
internal sealed record TimeBucketDescription : EmbeddedDescription
{
    public TimeBuckets Buckets { get; set; }

    public TimeUnit Unit { get; set; }

    /// <summary>Minutes that the clock is ahead of UTC.</summary>
    public int OffsetMinutes { get; set; }

    public override ItemAttribute? Attribute() => null;

    [JsonIgnore]
    protected override string Field => "time";

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) =>
        tower.Embed(FeatureName, new TimeBucketFeature(Buckets, Unit, OffsetMinutes), Time, Embedding);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Time);

    private static long Time(Entity entity) => entity.Time;
}
