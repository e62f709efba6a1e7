using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Says in the words of a description what the serializer says in those of .NET.</summary>
internal static class DescriptionProblem
{
    // The first that the message names decides, so what holds others comes first.
    private static readonly (string Type, string Expected)[] Kinds =
    [
        (typeof(IReadOnlyList<>).FullName!, "a list"),
        (typeof(int).FullName!, "a whole number"),
        (typeof(double).FullName!, "a number"),
        (typeof(bool).FullName!, "true or false"),
        (typeof(string).FullName!, "a text"),
        (typeof(char).FullName!, "a text of one character"),
        Names<Activation>(), Names<BagCombiner>(), Names<HistoryKind>(), Names<LossKind>(), Names<LossReduction>(), Names<NumberTransform>(), Names<OptimizerKind>(),
        Names<ScheduleKind>(), Names<SplitKind>(), Names<TimeBuckets>(), Names<TimeCycles>(), Names<TimeUnit>(), Names<TowerJoin>(),
    ];

    public static string Of(JsonException wrong)
    {
        string path = Place(wrong.Path), message = wrong.Message;
        return wrong.InnerException is JsonException syntax ? $"this is no JSON: {Sentence(syntax.Message)}"
            : Says("could not be mapped to any .NET member") ? $"there is no such key as {path}."
            : Says("missing required properties") ? $"{path} lacks a key that is required: {message[(message.LastIndexOf(':') + 1)..].Trim()}"
            : Says("unrecognized type discriminator") ? $"{path} has an unknown type, expected one of {Types(path)}."
            : Says("doesn't allow setting null values") ? $"{path} holds a null, where a value is expected."
            : $"{path} has a value of the wrong kind, expected {Kinds.Where(kind => Says(kind.Type)).Select(kind => kind.Expected).FirstOrDefault("an object")}.";

        bool Says(string text) => message.Contains(text, StringComparison.Ordinal);
    }

    public static string OfMissingType(NotSupportedException wrong)
    {
        const string Path = "Path: ";
        int start = wrong.Message.IndexOf(Path, StringComparison.Ordinal);
        int end = wrong.Message.IndexOf(" |", Math.Max(0, start), StringComparison.Ordinal);
        string path = start >= 0 && end > start ? Place(wrong.Message[(start + Path.Length)..end]) : "a feature or layer";
        return $"{path} has no type, expected one of {Types(path)}.";
    }

    private static string Place(string? path) => path is null or "$" ? "the description" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    private static string Sentence(string message) => message[..(message.IndexOf(". ", StringComparison.Ordinal) is >= 0 and int end ? end : message.TrimEnd('.').Length)] + ".";

    private static string Types(string path)
    {
        JsonTypeInfo info = path.Contains("layers", StringComparison.Ordinal) ? ModelJson.Default.LayerDescription : ModelJson.Default.FeatureDescription;
        return string.Join(", ", info.PolymorphismOptions!.DerivedTypes.Select(type => type.TypeDiscriminator));
    }

    private static (string Type, string Expected) Names<TEnum>()
        where TEnum : struct, Enum =>
        (typeof(TEnum).FullName!, "one of " + string.Join(", ", Enum.GetNames<TEnum>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)));
}
