using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Lists of ids, such as genres.</summary>
internal sealed record ListDescription : EmbeddedDescription
{
    /// <summary>What stands between the elements where a list is written as one text.</summary>
    public char? Separator { get; set; }

    public int OutOfVocabularyBuckets { get; set; } = 1;

    public int MinimumCount { get; set; } = 1;

    public override ItemAttribute? Attribute() => ItemAttribute.List(Field, Separator);

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) => tower.Embed(
        FeatureName,
        new ListFeature<string>(new IdFeature<string>(Vocabulary.Fit(data.Entities.SelectMany(List), OutOfVocabularyBuckets, MinimumCount))),
        List,
        Embedding);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, List);

    protected override void CheckSettings(DescriptionCheck check)
    {
        base.CheckSettings(check);
        check.AtLeast(0, "out_of_vocabulary_buckets", OutOfVocabularyBuckets);
        check.AtLeast(1, "minimum_count", MinimumCount);
    }

    private IReadOnlyList<string> List(Entity entity) => entity.Attributes.List(Field);
}
