using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedRetrieval.Extensions.Records;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>A store as one safetensors file.</summary>
/// <remarks>
/// Metadata hold the schemas. Of collection c there are <c>c.records</c>, texts with a record each as a JSON array of its key and its data properties, all of them texts; and for
/// each vector property v that any record has <c>c.rows.v</c>, the numbers of these records, and <c>c.vectors.v</c>. Indexes are built when the file is read.
/// </remarks>
internal static class StoreFile
{
    /// <summary>The metadata key of the schemas.</summary>
    public const string DescriptionKey = "managed_retrieval_store";

    /// <summary>Makes a file of collections, each as it is at this moment.</summary>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair; the message names record and property.</exception>
    public static SafetensorsWriter Write(IReadOnlyList<(string Name, CollectionStorage Storage)> collections)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata(DescriptionKey, StoreDescription.Write(collections.Select(collection => (collection.Name, collection.Storage.Schema))));
        for (int i = 0; i < collections.Count; i++)
        {
            RecordSchema schema = collections[i].Storage.Schema;
            StoredRecord[] records = collections[i].Storage.InOrder();
            writer.AddStrings(RecordsName(i), [.. records.Select(record => Encode(record, schema))]);
            foreach (VectorProperty property in schema.Vectors)
            {
                int[] rows = [.. Enumerable.Range(0, records.Length).Where(row => records[row].Vectors[property.Index] is not null)];
                if (rows.Length > 0)
                {
                    writer.Add(RowsName(i, property), (ReadOnlyMemory<int>)rows, rows.Length);
                    var vectors = new StoredVectors(property, [.. rows.Select(row => records[row])]);
                    writer.Add(VectorsName(i, property), (ReadOnlyMemory<float>)vectors.Rows(0, rows.Length).Memory, rows.Length, property.Dimensions);
                }
            }
        }

        return writer;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="SnapshotFormatException">The file does not fit; the message names it.</exception>
    public static IReadOnlyList<(string Name, CollectionStorage Storage)> Read(SafetensorsFile file, StorageOptions options)
    {
        string description = file.GetMetadata(DescriptionKey);
        try
        {
            return [.. StoreDescription.Read(description).Select((collection, i) => (collection.Name, new CollectionStorage(collection.Schema, options, Records(file, i, collection.Schema))))];
        }
        catch (Exception failure) when (failure is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or OverflowException or ArgumentException or NotSupportedException)
        {
            throw new SnapshotFormatException($"'{file.Source}': {failure.Message}", failure);
        }
    }

    private static string RecordsName(int collection) => string.Create(CultureInfo.InvariantCulture, $"{collection}.records");

    private static string RowsName(int collection, VectorProperty property) => string.Create(CultureInfo.InvariantCulture, $"{collection}.rows.{property.Index}");

    private static string VectorsName(int collection, VectorProperty property) => string.Create(CultureInfo.InvariantCulture, $"{collection}.vectors.{property.Index}");

    private static string Encode(StoredRecord record, RecordSchema schema)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            schema.Key.Column.Write(json, Whole(record.Key, record, schema.Key));
            foreach (DataProperty property in schema.Data)
            {
                property.Column.Write(json, Whole(record.Data[property.Index], record, property));
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static object? Whole(object? value, StoredRecord record, RecordProperty property) => SavedText.IsWhole(value)
        ? value
        : throw new ArgumentException(
            $"Record '{SavedText.Mended(record.ToString())}': property '{property.Name}' holds half of a surrogate pair, which cannot be saved. Store another text, or delete the record.");

    private static StoredRecord[] Records(SafetensorsFile file, int collection, RecordSchema schema)
    {
        string[] texts = file.GetStrings(RecordsName(collection));
        var vectors = new ReadOnlyMemory<float>?[texts.Length][];
        for (int i = 0; i < texts.Length; i++)
        {
            vectors[i] = new ReadOnlyMemory<float>?[schema.Vectors.Count];
        }

        foreach (VectorProperty property in schema.Vectors.Where(property => file.Contains(RowsName(collection, property))))
        {
            int[] rows = file.GetInts(RowsName(collection, property));
            file.RequireShape(VectorsName(collection, property), SafetensorsType.F32, rows.Length, property.Dimensions);
            float[] numbers = file.GetFloats(VectorsName(collection, property));
            for (int i = 0; i < rows.Length; i++)
            {
                if ((uint)rows[i] >= (uint)texts.Length)
                {
                    throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"A vector is of record {rows[i]}, but there are {texts.Length}."));
                }

                vectors[rows[i]][property.Index] = property.Check(numbers.AsMemory(i * property.Dimensions, property.Dimensions), $"The vector of a record");
            }
        }

        return [.. texts.Select((text, i) => Decode(text, schema, vectors[i]))];
    }

    private static StoredRecord Decode(string text, RecordSchema schema, ReadOnlyMemory<float>?[] vectors)
    {
        using var document = JsonDocument.Parse(text);
        JsonElement[] values = [.. document.RootElement.EnumerateArray()];
        if (values.Length != schema.Data.Count + 1)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"A record has {values.Length} values, expected {schema.Data.Count + 1}."));
        }

        object key = schema.Key.Column.Read(values[0]) ?? throw new FormatException("The key of a record is null.");
        return new StoredRecord(key, [.. schema.Data.Select(property => property.Column.Read(values[property.Index + 1]))], vectors);
    }
}
