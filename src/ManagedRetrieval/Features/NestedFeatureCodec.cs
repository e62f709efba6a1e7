using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>Writes and restores features that hold another one.</summary>
/// <remarks>
/// <c>{"type":"list","element":{…},"maximum_length":…,"skip_unknown":…}</c>, the length a number or null, where the
/// element's own lists are in the store under names that begin with "name.element"; and
/// <c>{"type":"optional","value":{…}}</c>, with "name.value". Elements are of string, int, long or double, and values of
/// these or lists of them: the types are closed, since none can be made from a file's words without reflection.
/// </remarks>
internal static class NestedFeatureCodec
{
    public const string List = "list", Optional = "optional";

    /// <summary>False where the feature is not of this family; nothing is written then.</summary>
    public static bool TryWrite(Utf8JsonWriter json, object feature, string name, IFeatureStore store) =>
        feature switch
        {
            ListFeature<string> list => WriteList(json, list, name, store),
            ListFeature<int> list => WriteList(json, list, name, store),
            ListFeature<long> list => WriteList(json, list, name, store),
            ListFeature<double> list => WriteList(json, list, name, store),
            OptionalFeature<string> optional => WriteOptional(json, optional.Value, name, store),
            OptionalFeature<IReadOnlyList<string>> optional => WriteOptional(json, optional.Value, name, store),
            OptionalFeature<IReadOnlyList<int>> optional => WriteOptional(json, optional.Value, name, store),
            OptionalFeature<IReadOnlyList<long>> optional => WriteOptional(json, optional.Value, name, store),
            OptionalFeature<IReadOnlyList<double>> optional => WriteOptional(json, optional.Value, name, store),
            OptionalValueFeature<int> optional => WriteOptional(json, optional.Value, name, store),
            OptionalValueFeature<long> optional => WriteOptional(json, optional.Value, name, store),
            OptionalValueFeature<double> optional => WriteOptional(json, optional.Value, name, store),
            _ => false,
        };

    public static object Read(string type, DescriptionProperties properties, string name, IFeatureStore store) =>
        type == List ? ReadList(properties, name, store) : ReadOptional(properties, name, store);

    private static bool WriteList<TElement>(Utf8JsonWriter json, ListFeature<TElement> list, string name, IFeatureStore store)
    {
        json.WriteStartObject();
        json.WriteString("type", List);
        json.WritePropertyName("element");
        FeatureCodec.Write(json, (object)list.Element, ElementName(name), store);
        if (list.MaximumLength is { } length)
        {
            json.WriteNumber("maximum_length", length);
        }
        else
        {
            json.WriteNull("maximum_length");
        }

        json.WriteBoolean("skip_unknown", list.SkipUnknown);
        json.WriteEndObject();
        return true;
    }

    private static bool WriteOptional(Utf8JsonWriter json, object value, string name, IFeatureStore store)
    {
        json.WriteStartObject();
        json.WriteString("type", Optional);
        json.WritePropertyName("value");
        FeatureCodec.Write(json, value, ValueName(name), store);
        json.WriteEndObject();
        return true;
    }

    private static object ReadList(DescriptionProperties properties, string name, IFeatureStore store)
    {
        properties.AllowOnly("type", "element", "maximum_length", "skip_unknown");
        int? length = properties.GetOptionalInt("maximum_length", 1, int.MaxValue);
        bool skipUnknown = properties.GetBoolean("skip_unknown");
        object element = FeatureCodec.Read(properties.GetElement("element"), ElementName(name), store);
        return properties.Build<object>(() => element switch
        {
            ISparseFeature<string> strings => new ListFeature<string>(strings, length, skipUnknown),
            ISparseFeature<int> ints => new ListFeature<int>(ints, length, skipUnknown),
            ISparseFeature<long> longs => new ListFeature<long>(longs, length, skipUnknown),
            ISparseFeature<double> numbers => new ListFeature<double>(numbers, length, skipUnknown),
            _ => throw properties.Error("element", $"a feature that takes {FeatureInputs.Of(element)}", "one that gives ids for a string, int, long or double"),
        });
    }

    private static object ReadOptional(DescriptionProperties properties, string name, IFeatureStore store)
    {
        properties.AllowOnly("type", "value");
        object value = FeatureCodec.Read(properties.GetElement("value"), ValueName(name), store);
        return value switch
        {
            ISparseFeature<string> strings => new OptionalFeature<string>(strings),
            ISparseFeature<IReadOnlyList<string>> lists => new OptionalFeature<IReadOnlyList<string>>(lists),
            ISparseFeature<IReadOnlyList<int>> lists => new OptionalFeature<IReadOnlyList<int>>(lists),
            ISparseFeature<IReadOnlyList<long>> lists => new OptionalFeature<IReadOnlyList<long>>(lists),
            ISparseFeature<IReadOnlyList<double>> lists => new OptionalFeature<IReadOnlyList<double>>(lists),
            ISparseFeature<int> ints => new OptionalValueFeature<int>(ints),
            ISparseFeature<long> longs => new OptionalValueFeature<long>(longs),
            ISparseFeature<double> numbers => new OptionalValueFeature<double>(numbers),
            _ => throw properties.Error("value", $"a feature that takes {FeatureInputs.Of(value)}", "one that gives ids for a string, int, long, double or a list of them"),
        };
    }

    private static string ElementName(string feature) => feature + ".element";

    private static string ValueName(string feature) => feature + ".value";
}
