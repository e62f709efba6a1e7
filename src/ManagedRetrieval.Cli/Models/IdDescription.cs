using System.Text.Json.Serialization;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Ids with a vocabulary of those seen in training.</summary>
internal sealed record IdDescription : EmbeddedDescription
{
    /// <summary>Ids that others share.</summary>
    public int OutOfVocabularyBuckets { get; set; } = 1;

    /// <summary>How often an id must be seen to have an embedding of its own.</summary>
    public int MinimumCount { get; set; } = 1;

    [JsonIgnore]
    protected override bool TakesPattern => true;

    public override void AddTo(TowerBuilder<Entity> tower, FitData data)
    {
        Vocabulary<string> vocabulary = ReadsKey && Pattern is null
            ? data.Keys(OutOfVocabularyBuckets, MinimumCount)
            : Vocabulary.Fit(data.Entities.Select(Text).OfType<string>(), OutOfVocabularyBuckets, MinimumCount);
        tower.Embed(FeatureName, new OptionalFeature<string>(new IdFeature<string>(vocabulary)), Text, Embedding);
    }

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Text);

    protected override void CheckSettings(DescriptionCheck check)
    {
        base.CheckSettings(check);
        check.AtLeast(0, "out_of_vocabulary_buckets", OutOfVocabularyBuckets);
        check.AtLeast(1, "minimum_count", MinimumCount);
    }
}
