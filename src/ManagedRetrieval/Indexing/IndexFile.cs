using System.Text;
using System.Text.Json;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>Indexes as files of their own, without a model: of embeddings that come from elsewhere.</summary>
/// <remarks>A safetensors file; equal indexes give equal bytes. A model with its index is one file of a retriever.</remarks>
public static class IndexFile
{
    /// <summary>Writes an index, atomically: the file is whole or as it was.</summary>
    /// <param name="index">One over fixed rows; of a live one, build one of its snapshot's candidates.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    /// <exception cref="ArithmeticException">An embedding is not finite; nothing was written.</exception>
    /// <exception cref="NotSupportedException">Identifiers are neither string, int nor long.</exception>
    /// <exception cref="ArgumentException">An identifier is no valid Unicode.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; the message names it.</exception>
    public static async Task SaveAsync<TId>(TopKIndex<TId> index, string path, CancellationToken cancellationToken = default)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(index);
        using MappedHold hold = index.Hold();
        await Write(index).WriteAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file that <see cref="SaveAsync"/> wrote, and checks all of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="workers">Shares out the work of searches; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where a brute-force index has its scores made; null for the processor.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">The file is damaged, foreign, or holds identifiers of another type; the message names what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<TopKIndex<TId>> LoadAsync<TId>(
        string path, WorkerTeam? workers = null, IComputeBackend<float>? backend = null, CancellationToken cancellationToken = default)
        where TId : notnull =>
        Read<TId>(await SafetensorsFile.LoadAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false), workers, backend);

    /// <summary>Maps a file that <see cref="SaveAsync"/> wrote: rows and identifiers stay where they are, and are read as they are searched.</summary>
    /// <remarks>
    /// The header is checked, the rows are not: <see cref="TopKIndex{TId}.Verify"/> does that. Where the file is damaged, a search finds the wrong rows, fewer of them, or throws a
    /// <see cref="SnapshotFormatException"/>; it does no other harm. Of a partitioned index the numbers and scales of the rows are read, 8 bytes for each. The file must not be written
    /// while it is mapped; see <see cref="SafetensorsFile.Map(string, bool)"/>. <see cref="TopKIndex{TId}.Dispose"/> lets go of it.
    /// </remarks>
    /// <inheritdoc cref="LoadAsync" path="/param|/exception"/>
    public static TopKIndex<TId> Map<TId>(string path, WorkerTeam? workers = null, IComputeBackend<float>? backend = null)
        where TId : notnull =>
        SafetensorsFile.Mapping(path, file => Read<TId>(file, workers, backend));

    internal static SafetensorsWriter Write<TId>(TopKIndex<TId> index)
        where TId : notnull
    {
        var writer = new SafetensorsWriter();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format_version", IndexCodec.FormatVersion);
            json.WritePropertyName("index");
            IndexCodec.Write(json, index, writer, nameof(index));
            json.WriteEndObject();
        }

        writer.AddMetadata(IndexCodec.DescriptionKey, Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
        return writer;
    }

    internal static TopKIndex<TId> Read<TId>(SafetensorsFile file, WorkerTeam? workers, IComputeBackend<float>? backend)
        where TId : notnull
    {
        if (!file.Metadata.TryGetValue(IndexCodec.DescriptionKey, out string? description))
        {
            throw SnapshotFormatException.In(file.Source, $"holds no index of this library: metadata '{IndexCodec.DescriptionKey}' is missing.");
        }

        return IndexCodec.Reading(file, description, root =>
        {
            var properties = new DescriptionProperties(root, "The description");
            properties.GetInt("format_version", IndexCodec.FormatVersion, IndexCodec.FormatVersion);
            properties.AllowOnly("format_version", "index");
            return IndexCodec.Read<TId>(properties.GetElement("index"), IndexCodec.FormatVersion, file, workers, backend);
        });
    }
}
