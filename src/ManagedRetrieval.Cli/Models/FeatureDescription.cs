using System.Globalization;
using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>A feature of a tower: what it reads, how it is fitted, how it is embedded.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(IdDescription), "id")]
[JsonDerivedType(typeof(HashDescription), "hash")]
[JsonDerivedType(typeof(TextDescription), "text")]
[JsonDerivedType(typeof(ConstantDescription), "constant")]
[JsonDerivedType(typeof(ListDescription), "list")]
[JsonDerivedType(typeof(HistoryDescription), "history")]
[JsonDerivedType(typeof(NumberDescription), "number")]
[JsonDerivedType(typeof(BucketDescription), "bucket")]
[JsonDerivedType(typeof(TimeDescription), "time")]
[JsonDerivedType(typeof(TimeBucketDescription), "time_bucket")]
[JsonDerivedType(typeof(VectorDescription), "vector")]
internal abstract record FeatureDescription
{
    /// <summary>What a description calls the key of a user or an item.</summary>
    public const string UserKey = "user", ItemKey = "item";

    /// <summary>Other than those of the tower's other features; by default what is read.</summary>
    public string? Name { get; set; }

    /// <summary>The column of the table of users or items that is read; or "user" or "item" for the key itself.</summary>
    public string? From { get; set; }

    /// <summary>A regular expression whose first group is what is read of a text; what does not match counts as missing. Null reads all of it.</summary>
    public string? Pattern { get; set; }

    [JsonIgnore]
    public string FeatureName => Name ?? Field;

    /// <summary>What is read. <see cref="Check"/> has refused a description that does not say it.</summary>
    [JsonIgnore]
    protected virtual string Field => From!;

    [JsonIgnore]
    protected bool ReadsKey => Field is UserKey or ItemKey;

    /// <summary>Refuses what no feature can be.</summary>
    /// <param name="check">Knows where the feature stands.</param>
    /// <param name="foreignKey">The key that the tower's entities do not have: that of the other side.</param>
    /// <exception cref="ToolException">The message says where it stands and what was expected.</exception>
    public void Check(DescriptionCheck check, string foreignKey)
    {
        bool isBound = Field != From;
        check.Require(isBound ? From is null : !string.IsNullOrEmpty(From), "from", From, isBound ? $"none, since the feature always reads the {Field}" : "the column that is read");
        check.Require(From != foreignKey, "from", From, "a column of the tower's own side");
        check.Require(Name != "", "name", "empty", "a name, or none for that of the column");
        check.Require(Pattern is null || TakesPattern, "pattern", Pattern, "none, since this type of feature reads no text");
        check.Require(Pattern is null || TextPattern.IsSound(Pattern), "pattern", Pattern, "a regular expression with a group in parentheses");
        CheckSettings(check);
    }

    /// <summary>The column that must be read from the table; null where none is.</summary>
    public virtual ItemAttribute? Attribute() => ReadsKey ? null : ItemAttribute.Text(Field);

    /// <summary>Fits the feature and adds it to a tower.</summary>
    public abstract void AddTo(TowerBuilder<Entity> tower, FitData data);

    /// <summary>Says where a saved model's feature finds its value.</summary>
    public abstract void Bind(FeatureBindings<Entity> bindings);

    [JsonIgnore]
    protected virtual bool TakesPattern => false;

    /// <summary>Refuses settings of its own.</summary>
    protected virtual void CheckSettings(DescriptionCheck check)
    {
    }

    /// <summary>The text that is read, which may be missing.</summary>
    protected string? Text(Entity entity)
    {
        string? text = ReadsKey ? entity.Key : entity.Attributes.Text(Field);
        return Pattern is null || text is null ? text : TextPattern.Find(Pattern, text);
    }

    /// <summary>The number that is read: of a column of numbers, of the key, or by the pattern of a text. NaN where there is none.</summary>
    protected double Number(Entity entity) => Pattern is null && !ReadsKey
        ? entity.Attributes.Number(Field)
        : double.TryParse(Text(entity), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : double.NaN;
}

/// <summary>A feature whose ids are embedded.</summary>
internal abstract record EmbeddedDescription : FeatureDescription
{
    /// <summary>Features that name one table share it.</summary>
    public string? Table { get; set; }

    public int? Dimensions { get; set; }

    public Engine.Autodiff.Ops.BagCombiner Combiner { get; set; } = Engine.Autodiff.Ops.BagCombiner.Mean;

    public bool LearnWeights { get; set; }

    protected EmbeddingOptions Embedding => new() { Table = Table, Dimensions = Dimensions, Combiner = Combiner, LearnWeights = LearnWeights };

    protected override void CheckSettings(DescriptionCheck check) => check.AtLeast(1, "dimensions", Dimensions);
}
