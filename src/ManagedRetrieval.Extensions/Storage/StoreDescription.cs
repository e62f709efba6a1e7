using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedRetrieval.Extensions.Records;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>The schemas of a store's collections as JSON.</summary>
/// <remarks>
/// <c>{"format_version":1,"collections":[{"name":…,"key":{"name":…,"type":…},"data":[{"name":…,"type":…}],"vectors":[{"name":…,"dimensions":…,"distance":…,"index":…}]}]}</c>,
/// where names of properties are those in the store.
/// </remarks>
internal static class StoreDescription
{
    private const int FormatVersion = 1;

    /// <summary>Writes schemas.</summary>
    /// <exception cref="ArgumentException">A name holds half of a surrogate pair.</exception>
    public static string Write(IEnumerable<(string Name, RecordSchema Schema)> collections)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format_version", FormatVersion);
            json.WriteStartArray("collections");
            foreach ((string name, RecordSchema schema) in collections)
            {
                Write(json, name, schema);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="Exception">Of the kinds that <see cref="StoreFile"/> takes for a file that does not fit.</exception>
    public static IReadOnlyList<(string Name, RecordSchema Schema)> Read(string description)
    {
        using var document = JsonDocument.Parse(description);
        int version = Member(document.RootElement, "format_version").GetInt32();
        return version == FormatVersion
            ? [.. Member(document.RootElement, "collections").EnumerateArray().Select(collection => (Text(collection, "name"), Schema(collection)))]
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The version of the format is {version}, expected {FormatVersion}."));
    }

    private static void Write(Utf8JsonWriter json, string name, RecordSchema schema)
    {
        json.WriteStartObject();
        WriteName(json, name);
        json.WriteStartObject("key");
        WriteName(json, schema.Key.StorageName);
        json.WriteString("type", schema.Key.Column.Name);
        json.WriteEndObject();
        json.WriteStartArray("data");
        foreach (DataProperty data in schema.Data)
        {
            json.WriteStartObject();
            WriteName(json, data.StorageName);
            json.WriteString("type", data.Column.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("vectors");
        foreach (VectorProperty vector in schema.Vectors)
        {
            json.WriteStartObject();
            WriteName(json, vector.StorageName);
            json.WriteNumber("dimensions", vector.Dimensions);
            json.WriteString("distance", vector.Distance.Name);
            json.WriteString("index", vector.Kind);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, string name) => json.WriteString("name", SavedText.IsWhole(name)
        ? name
        : throw new ArgumentException($"The name '{SavedText.Mended(name)}', of a collection or a property, holds half of a surrogate pair, which cannot be saved."));

    private static RecordSchema Schema(JsonElement collection)
    {
        JsonElement key = Member(collection, "key");
        List<VectorStoreProperty> properties = [new VectorStoreKeyProperty(Text(key, "name"), ColumnType.Named(Text(key, "type")).Type)];
        properties.AddRange(Member(collection, "data").EnumerateArray()
            .Select(data => new VectorStoreDataProperty(Text(data, "name"), ColumnType.Named(Text(data, "type")).Type)));
        properties.AddRange(Member(collection, "vectors").EnumerateArray()
            .Select(vector => new VectorStoreVectorProperty(Text(vector, "name"), typeof(ReadOnlyMemory<float>), Member(vector, "dimensions").GetInt32())
            {
                DistanceFunction = Text(vector, "distance"),
                IndexKind = Text(vector, "index"),
            }));
        return new RecordSchema(properties, generator: null);
    }

    private static JsonElement Member(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement member) ? member : throw new FormatException($"'{name}' is missing.");

    private static string Text(JsonElement json, string name) => Member(json, name).GetString() ?? throw new FormatException($"'{name}' is null.");
}
