using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using ManagedRetrieval.Cli.Models;

namespace ManagedRetrieval.Cli.Tests.Models;

/// <summary>docs/tool.md knows every key that a description may have, and its default.</summary>
public class DescriptionDocumentationTests
{
    /// <summary>What every feature takes is told of in the text below their table.</summary>
    private static readonly string[] OfEveryFeature = ["name", "from", "pattern", "table", "dimensions", "combiner", "learn_weights"];

    [Theory]
    [InlineData("## Describe a model", typeof(ModelDescription), "")]
    [InlineData("## Describe a model", typeof(TowerDescription), "")]
    [InlineData("### Task", typeof(TaskDescription), "")]
    [InlineData("### Optimizer", typeof(OptimizerDescription), "")]
    [InlineData("### Optimizer", typeof(GroupDescription), "")]
    [InlineData("### Training", typeof(TrainingDescription), "")]
    [InlineData("### Training", typeof(HardNegativesDescription), "")]
    [InlineData("### Training", typeof(RecencyDescription), "")]
    [InlineData("### Split and evaluation", typeof(SplitDescription), "split.")]
    [InlineData("### Split and evaluation", typeof(EvaluationDescription), "evaluation.")]
    public void Every_key_of_a_description_is_named_with_its_default_and_what_else_it_can_be(string heading, Type type, string prefix)
    {
        string section = Section(heading);
        object made = Least(type);
        foreach (JsonPropertyInfo key in Keys(type))
        {
            string name = $"`{prefix}{key.Name}`";
            Assert.Contains(name, section, StringComparison.Ordinal);
            IsNamed(key, section);

            // A row "| `key`, `other` | default | …", or in words "`key` (default)".
            string? row = section.Split('\n').FirstOrDefault(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|')[1].Contains(name, StringComparison.Ordinal));
            string told = row?.Split('|')[2].Trim().Trim('`') ?? Regex.Match(section, Regex.Escape(name) + @" \(`?([^);`]*)").Groups[1].Value;
            Assert.Equal($"{key.Name} {(key.IsRequired ? "required" : Default(key.Get!(made)) ?? told)}", $"{key.Name} {told}");
        }
    }

    [Fact]
    public void Every_key_of_a_feature_or_a_layer_is_named_in_its_row_with_its_default()
    {
        foreach ((string heading, JsonTypeInfo all) in new (string, JsonTypeInfo)[] { ("### Features", ModelJson.Default.FeatureDescription), ("### Layers", ModelJson.Default.LayerDescription) })
        {
            string section = Section(heading);
            foreach (JsonDerivedType type in all.PolymorphismOptions!.DerivedTypes)
            {
                string row = Assert.Single(section.Split('\n'), line => line.StartsWith($"| `{type.TypeDiscriminator}` |", StringComparison.Ordinal));
                object made = Least(type.DerivedType);
                foreach (JsonPropertyInfo key in Keys(type.DerivedType))
                {
                    bool isCommon = heading == "### Features" && OfEveryFeature.Contains(key.Name);
                    Match told = Regex.Match(isCommon ? section : row, $@"`{key.Name}`(?: \(`?([^);`]*))?");
                    Assert.True(told.Success, $"{type.TypeDiscriminator}: {key.Name}");
                    IsNamed(key, isCommon ? section : row);
                    if (!isCommon)
                    {
                        string value = told.Groups[1].Value;
                        Assert.Equal($"{key.Name} {(key.IsRequired ? "required" : Default(key.Get!(made)) ?? value)}", $"{key.Name} {value}");
                    }
                }
            }
        }
    }

    /// <summary>A description that says no more than it must.</summary>
    private static object Least(Type type)
    {
        var required = new JsonObject();
        foreach (JsonPropertyInfo key in Keys(type).Where(key => key.IsRequired))
        {
            required[key.Name] = key.PropertyType == typeof(int) ? 1 : key.PropertyType == typeof(string) ? "x" : key.Name == "features" ? new JsonArray() : new JsonObject { ["features"] = new JsonArray() };
        }

        return JsonSerializer.Deserialize(required, ModelJson.Default.GetTypeInfo(type)!)!;
    }

    /// <summary>Whether every value of an enumeration occurs.</summary>
    private static void IsNamed(JsonPropertyInfo key, string text)
    {
        string[] values = key.PropertyType.IsEnum ? Enum.GetNames(key.PropertyType) : [];
        Assert.All(values.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Where(value => (key.Name, value) != ("reduction", "none")), value => Assert.Contains($"`{value}`", text, StringComparison.Ordinal));
    }

    /// <summary>A default as the page writes it; null where it is told of in words: another key's, or none.</summary>
    private static string? Default(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum kind => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => string.Join(", ", list.Cast<object>()) is { Length: > 0 } text ? text : "none",
        _ => null,
    };

    private static IEnumerable<JsonPropertyInfo> Keys(Type type) => ModelJson.Default.GetTypeInfo(type)!.Properties.Where(key => key.Get is not null);

    /// <summary>From a heading to the next one of its kind or above.</summary>
    private static string Section(string heading)
    {
        using var reader = new StreamReader(typeof(DescriptionDocumentationTests).Assembly.GetManifestResourceStream("tool.md")!);
        string[] lines = reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
        int start = Array.IndexOf(lines, heading);
        Assert.True(start >= 0, heading);
        return string.Join('\n', lines.Skip(start).Take(1).Concat(lines.Skip(start + 1).TakeWhile(line => !line.StartsWith("##", StringComparison.Ordinal))));
    }
}
