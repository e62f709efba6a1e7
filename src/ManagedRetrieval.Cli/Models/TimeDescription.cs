using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>The time of day and of week at which a query is asked, as points on circles.</summary>
internal sealed record TimeDescription : FeatureDescription
{
    public TimeCycles Cycles { get; set; } = TimeCycles.DayAndWeek;

    public TimeUnit Unit { get; set; }

    /// <summary>Minutes that the clock is ahead of UTC.</summary>
    public int OffsetMinutes { get; set; }

    public override ItemAttribute? Attribute() => null;

    [JsonIgnore]
    protected override string Field => "time";

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) => tower.Numbers(FeatureName, new TimeFeature(Cycles, Unit, OffsetMinutes), Time);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Time);

    private static long Time(Entity entity) => entity.Time;
}
