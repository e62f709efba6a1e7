using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>One embedding that all users or items share: what an item's score with it says is how popular the item is.</summary>
internal sealed record ConstantDescription : EmbeddedDescription
{
    public override ItemAttribute? Attribute() => null;

    [JsonIgnore]
    protected override string Field => "constant";

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) =>
        tower.Embed(FeatureName, new IdFeature<string>(new Vocabulary<string>([""], outOfVocabularyBuckets: 0)), Nothing, Embedding);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Nothing);

    private static string Nothing(Entity entity) => "";
}
