using System.Globalization;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>A vector of numbers that stands in a column, such as one from a language model.</summary>
internal sealed record VectorDescription : FeatureDescription
{
    public required int Width { get; init; }

    /// <summary>What stands between the numbers where they are written as one text.</summary>
    public char? Separator { get; set; }

    public override ItemAttribute? Attribute() => ItemAttribute.List(Field, Separator);

    public override void AddTo(TowerBuilder<Entity> tower, FitData data) => tower.Numbers(FeatureName, new VectorFeature(Width), Vector);

    public override void Bind(FeatureBindings<Entity> bindings) => bindings.Bind(FeatureName, Vector);

    protected override void CheckSettings(DescriptionCheck check)
    {
        check.AtLeast(1, "width", Width);
    }

    /// <summary>Something of which nothing is known has the vector 0.</summary>
    private ReadOnlyMemory<float> Vector(Entity entity)
    {
        IReadOnlyList<string> numbers = entity.Attributes.List(Field);
        if (numbers.Count > 0 && numbers.Count != Width)
        {
            throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"Column '{Field}' of '{entity.Key}' holds {Counted.Of(numbers.Count, "number")}, expected {Width}, the feature's width."));
        }

        return numbers.Count == 0 ? new float[Width] : numbers.Select(number =>
            float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
                ? value
                : throw new ToolException($"Column '{Field}' of '{entity.Key}' holds '{number}', expected a number.")).ToArray();
    }
}
