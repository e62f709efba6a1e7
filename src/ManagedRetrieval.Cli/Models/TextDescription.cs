using System.Text.Json.Serialization;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Texts: words, pairs of words and parts of words, hashed.</summary>
internal sealed record TextDescription : EmbeddedDescription
{
    public int Buckets { get; set; } = 1 << 17;

    public bool Words { get; set; } = true;

    public bool WordPairs { get; set; } = true;

    public int MinimumCharacterNgram { get; set; } = 4;

    public int MaximumCharacterNgram { get; set; } = 4;

    [JsonIgnore]
    protected override bool TakesPattern => true;

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) => tower.Embed(
        FeatureName,
        new OptionalFeature<string>(new TextFeature(new TextFeatureOptions
        {
            Buckets = Buckets,
            Words = Words,
            WordPairs = WordPairs,
            MinimumCharacterNGram = MinimumCharacterNgram,
            MaximumCharacterNGram = MaximumCharacterNgram,
        })),
        Text,
        Embedding);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Text);

    protected override void CheckSettings(DescriptionCheck check)
    {
        base.CheckSettings(check);
        check.AtLeast(1, "buckets", Buckets);
        check.AtLeast(0, "minimum_character_ngram", MinimumCharacterNgram);
        check.Require(
            MinimumCharacterNgram == 0 ? MaximumCharacterNgram == 0 : MaximumCharacterNgram >= MinimumCharacterNgram && MaximumCharacterNgram <= 64,
            "maximum_character_ngram",
            MaximumCharacterNgram,
            "minimum_character_ngram or more, at most 64, and 0 where that is 0");
        check.Require(Words || WordPairs || MinimumCharacterNgram > 0, "words", "false", "true, or word_pairs or character n-grams, since else nothing is read");
    }
}
