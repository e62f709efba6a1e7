using System.Text.Json;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>An index as an object of a file's description, and as tensors of the file whose names begin with <see cref="Prefix"/>.</summary>
/// <remarks>
/// <c>{"type":…,"identifiers":"string|int|long","similarity":"dot_product|cosine","model_version":…, …}</c>: after these what the type itself needs.
/// </remarks>
internal static class IndexCodec
{
    /// <summary>The metadata key of a file's description.</summary>
    public const string DescriptionKey = "managed_retrieval";

    /// <summary>The version of descriptions that is written.</summary>
    public const int FormatVersion = 3;

    /// <summary>Before the names of the tensors.</summary>
    public const string Prefix = "index.";

    private const string DotProduct = "dot_product", Cosine = "cosine";

    /// <param name="json">Takes the description.</param>
    /// <param name="index">The index.</param>
    /// <param name="writer">Takes the tensors.</param>
    /// <param name="argument">What the caller's caller calls the index; null where no argument is or holds it.</param>
    /// <exception cref="NotSupportedException">Identifiers are neither string, int nor long.</exception>
    /// <exception cref="ArgumentException">An identifier is no valid Unicode.</exception>
    /// <exception cref="ArithmeticException">An embedding is not finite.</exception>
    public static void Write<TId>(Utf8JsonWriter json, TopKIndex<TId> index, SafetensorsWriter writer, string? argument)
        where TId : notnull
    {
        IStoredIndex stored = index as IStoredIndex
            ?? throw new NotSupportedException($"An index of type {index.GetType()} cannot be saved; build one of its candidates.");
        json.WriteStartObject();
        json.WriteString("type", stored.Type);
        json.WriteString("identifiers", IdentifierTensors.Add(writer, index.RowIdentifiers, argument));
        json.WriteString("similarity", index.Similarity == Similarity.Cosine ? Cosine : DotProduct);
        json.WriteString("model_version", index.ModelVersion);
        stored.WriteTo(json, writer);
        json.WriteEndObject();
    }

    /// <summary>Reads a description and what it describes; whatever does not fit is the file's fault.</summary>
    /// <exception cref="SnapshotFormatException">Something does not fit; the message names the file.</exception>
    public static T Reading<T>(SafetensorsFile file, string description, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(description);
            return read(document.RootElement);
        }
        catch (Exception failure) when (failure is FormatException or JsonException or ArgumentException)
        {
            // A JSON reader quotes all that it takes for one literal, which may be the rest of the description.
            string message = failure switch
            {
                JsonException => $"metadata '{DescriptionKey}': {SnapshotFormatException.Shorten(failure.Message)}",
                ArgumentException refused => DescriptionProperties.MessageOf(refused),
                _ => failure.Message,
            };
            throw new SnapshotFormatException($"'{file.Source}': {message}", failure);
        }
    }

    /// <summary>Reads an index; of a mapped file the rows stay where they are, unchecked.</summary>
    /// <param name="json">What was written.</param>
    /// <param name="formatVersion">Version 2 knew neither similarities nor versions of models.</param>
    /// <param name="file">Holds the tensors.</param>
    /// <param name="workers">Shares out searches.</param>
    /// <param name="backend">Makes the scores of an index that leaves them to one.</param>
    /// <exception cref="FormatException">The description does not fit.</exception>
    /// <exception cref="SnapshotFormatException">The tensors do not fit.</exception>
    public static TopKIndex<TId> Read<TId>(JsonElement json, int formatVersion, SafetensorsFile file, WorkerTeam? workers, IComputeBackend<float>? backend)
        where TId : notnull
    {
        var properties = new DescriptionProperties(json, "Index");
        string type = properties.GetString("type", BruteForceIndex<TId>.TypeName, Float16Index<TId>.TypeName, Int8Index<TId>.TypeName, PartitionedIndex<TId>.TypeName);
        IReadOnlyList<TId> identifiers = IdentifierTensors.Get<TId>(file, properties.GetString("identifiers", "string", "int", "long"));
        if (identifiers.Count == 0)
        {
            throw new FormatException("Index: there are no identifiers, expected at least one.");
        }

        Similarity similarity = formatVersion > 2 && properties.GetString("similarity", DotProduct, Cosine) == Cosine ? Similarity.Cosine : Similarity.DotProduct;
        var parts = new IndexParts<TId>
        {
            Properties = properties,
            HasSimilarity = formatVersion > 2,
            File = file,
            Identifiers = identifiers,
            Similarity = similarity,
            Workers = workers,
            Backend = backend,
        };
        TopKIndex<TId> index = type switch
        {
            Float16Index<TId>.TypeName => Float16Index<TId>.Read(parts),
            Int8Index<TId>.TypeName => Int8Index<TId>.Read(parts),
            PartitionedIndex<TId>.TypeName => PartitionedIndex<TId>.Read(parts),
            _ => BruteForceIndex<TId>.Read(parts),
        };
        index.File = file.IsMapped ? new SharedFile(file) : null;
        index.ModelVersion = formatVersion > 2 ? properties.GetOptionalText("model_version") : null;
        return index;
    }
}
