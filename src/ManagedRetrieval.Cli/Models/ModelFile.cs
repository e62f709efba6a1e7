using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Reads descriptions of models.</summary>
internal static class ModelFile
{
    /// <summary>The names of the presets.</summary>
    public static IReadOnlyList<string> Presets => ["two-tower-ids", "text", "sequence", "tfrs-basic"];

    /// <exception cref="ToolException">There is no preset of this name.</exception>
    public static ModelDescription Preset(string name)
    {
        using Stream stream = typeof(ModelFile).Assembly.GetManifestResourceStream($"presets/{name}.json")
            ?? throw new ToolException($"There is no preset '{name}', only {string.Join(", ", Presets)}.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd(), $"preset {name}");
    }

    /// <exception cref="ToolException">The file is no description of a model; the message names the line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<ModelDescription> ReadAsync(string path, CancellationToken cancellationToken) =>
        Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false), path);

    /// <summary>The description in one line.</summary>
    public static string Write(ModelDescription description) => JsonSerializer.Serialize(description, ModelJson.Default.ModelDescription);

    /// <param name="json">The text of a description.</param>
    /// <param name="source">What it is called, for messages.</param>
    /// <exception cref="ToolException">It is no description of a model.</exception>
    public static ModelDescription Parse(string json, string source)
    {
        try
        {
            ModelDescription model = JsonSerializer.Deserialize(json, ModelJson.Default.ModelDescription) ?? throw new ToolException($"'{source}' is null, expected the description of a model.");
            model.Check(new DescriptionCheck(source, json));
            return model;
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            (int line, string problem) = DescriptionProblem.Of(wrong, json);
            throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"'{source}', line {line}: {problem}"), wrong);
        }
    }
}

/// <summary>The serializer of descriptions, made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(SnakeCase<Activation>), typeof(SnakeCase<BagCombiner>), typeof(SnakeCase<DuplicatePolicy>), typeof(SnakeCase<HistoryKind>), typeof(SnakeCase<LossKind>), typeof(SnakeCase<LossReduction>),
        typeof(SnakeCase<NumberTransform>), typeof(SnakeCase<OptimizerKind>), typeof(SnakeCase<ScheduleKind>), typeof(SnakeCase<SplitKind>), typeof(SnakeCase<TimeBuckets>),
        typeof(SnakeCase<TimeCycles>), typeof(SnakeCase<TimeUnit>), typeof(SnakeCase<TowerJoin>),
    ])]
[JsonSerializable(typeof(ModelDescription))]
internal sealed partial class ModelJson : JsonSerializerContext;

/// <summary>An enumeration by its names in snake case.</summary>
internal sealed class SnakeCase<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
