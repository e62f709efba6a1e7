using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>The items that a user met before, oldest first.</summary>
internal sealed record HistoryDescription : FeatureDescription
{
    public HistoryKind Encoder { get; set; }

    /// <summary>How many of the last items are read.</summary>
    public int MaximumLength { get; set; } = 50;

    /// <summary>As that of an id feature of the items, with which a table is shared.</summary>
    public int OutOfVocabularyBuckets { get; set; } = 1;

    public int MinimumCount { get; set; } = 1;

    public string? Table { get; set; }

    public int? Dimensions { get; set; }

    public int? Hidden { get; set; }

    public int Blocks { get; set; } = 2;

    public double Dropout { get; set; } = 0.2;

    public override ItemAttribute? Attribute() => null;

    [JsonIgnore]
    protected override string Field => "history";

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) => tower.Sequence(
        FeatureName,
        new ListFeature<string>(new IdFeature<string>(data.Items(OutOfVocabularyBuckets, MinimumCount)), MaximumLength),
        History,
        new SequenceOptions
        {
            Encoder = Encoder,
            Table = Table,
            Dimensions = Dimensions,
            Hidden = Hidden,
            CausalAttention = new CausalAttentionOptions { MaximumLength = MaximumLength, Blocks = Blocks, DropoutRate = Dropout, Hidden = Hidden },
        });

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, History);

    protected override void CheckSettings(DescriptionCheck check)
    {
        check.AtLeast(1, "maximum_length", MaximumLength);
        check.AtLeast(0, "out_of_vocabulary_buckets", OutOfVocabularyBuckets);
        check.AtLeast(1, "minimum_count", MinimumCount);
        check.AtLeast(1, "dimensions", Dimensions);
        check.AtLeast(1, "hidden", Hidden);
        check.AtLeast(1, "blocks", Blocks);
        check.BelowOne("dropout", Dropout);
    }

    private static IReadOnlyList<string> History(Entity entity) => entity.History;
}
