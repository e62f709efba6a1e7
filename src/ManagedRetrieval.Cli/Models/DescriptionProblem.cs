using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ManagedRetrieval.Data;
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
        Names<Activation>(), Names<BagCombiner>(), Names<DuplicatePolicy>(), Names<HistoryKind>(), Names<LossKind>(), Names<LossReduction>(), Names<NumberTransform>(), Names<OptimizerKind>(),
        Names<ScheduleKind>(), Names<SplitKind>(), Names<TimeBuckets>(), Names<TimeCycles>(), Names<TimeUnit>(), Names<TowerJoin>(),
    ];

    /// <param name="wrong">What the serializer threw: of a missing type it says that it is not supported.</param>
    /// <param name="json">The text of the description.</param>
    /// <returns>The line, from 1, and a sentence.</returns>
    public static (int Line, string Problem) Of(Exception wrong, string json)
    {
        if (wrong.InnerException is JsonException { LineNumber: { } line } syntax)
        {
            return ((int)line + 1, $"this is no JSON: {Sentence(syntax.Message)}");
        }

        string path = wrong is JsonException { Path: { } known } ? known : PathIn(wrong.Message);
        path = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";
        return (DescriptionLine.Of(json, path), Describe(wrong, path.Length == 0 ? "the description" : path));
    }

    private static string Describe(Exception wrong, string place)
    {
        string message = wrong.Message;
        return wrong is NotSupportedException ? $"{place} has no type, expected one of {Types(place)}."
            : Says("could not be mapped to any .NET member") ? $"there is no such key as {place}."
            : Says("Duplicate propert") ? $"{place} holds a key twice."
            : Says("missing required properties") ? $"{place} lacks a key that is required: {message[(message.LastIndexOf(':') + 1)..].Trim()}"
            : Says("unrecognized type discriminator") ? $"{place} has an unknown type, expected one of {Types(place)}."
            : Says("doesn't allow setting null values") ? $"{place} holds a null, where a value is expected."
            : $"{place} has a value of the wrong kind, expected {Kinds.Where(kind => Says(kind.Type)).Select(kind => kind.Expected).FirstOrDefault("an object")}.";

        bool Says(string text) => message.Contains(text, StringComparison.Ordinal);
    }

    private static string PathIn(string message)
    {
        const string Path = "Path: ";
        int start = message.IndexOf(Path, StringComparison.Ordinal);
        int end = start < 0 ? -1 : message.IndexOf(" |", start, StringComparison.Ordinal);
        return end < 0 ? "$" : message[(start + Path.Length)..end];
    }

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
