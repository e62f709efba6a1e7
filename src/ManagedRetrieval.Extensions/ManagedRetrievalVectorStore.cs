using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ManagedRetrieval.Extensions.Records;
using ManagedRetrieval.Extensions.Storage;
using ManagedRetrieval.Extensions.Telemetry;
using ManagedRetrieval.Persistence;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions;

/// <summary>Collections of records in memory, searched by the indexes of this library.</summary>
/// <remarks>
/// <para>Any number of threads may use a store and its collections at once. Searches run on the calling thread. All views of a collection, typed or dynamic, share its records.</para>
/// <para>
/// Keys are int, long, string or Guid. The distance function is the dot product unless a property says otherwise; <see cref="DistanceFunction.CosineSimilarity"/>,
/// <see cref="DistanceFunction.CosineDistance"/> and <see cref="DistanceFunction.NegativeDotProductSimilarity"/> are the others. Kinds of index are <see cref="IndexKind.Flat"/>, the
/// default, <see cref="IndexKind.QuantizedFlat"/> and <see cref="IndexKind.IvfFlat"/>.
/// </para>
/// </remarks>
public sealed class ManagedRetrievalVectorStore : VectorStore
{
    private readonly ConcurrentDictionary<string, CollectionStorage> _collections = new(StringComparer.Ordinal);
    private readonly IEmbeddingGenerator? _generator;
    private readonly StorageOptions _options;
    private readonly VectorStoreMetadata _metadata = new() { VectorStoreSystemName = RetrievalTelemetry.SystemName };

    /// <summary>Starts without collections.</summary>
    /// <param name="options">Null for the defaults.</param>
    public ManagedRetrievalVectorStore(ManagedRetrievalVectorStoreOptions? options = null)
    {
        options ??= new ManagedRetrievalVectorStoreOptions();
        _generator = options.EmbeddingGenerator;
        _options = new StorageOptions(options.Workers, options.CompactAt);
    }

    /// <summary>Reads a file that <see cref="SaveAsync"/> wrote, checks all of it, and builds the indexes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">The file is damaged or foreign; the message names what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<ManagedRetrievalVectorStore> LoadAsync(string path, ManagedRetrievalVectorStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        SafetensorsFile file = await SafetensorsFile.LoadAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        var store = new ManagedRetrievalVectorStore(options);
        foreach ((string name, CollectionStorage storage) in StoreFile.Read(file, store._options))
        {
            if (!store._collections.TryAdd(name, storage))
            {
                throw new SnapshotFormatException($"'{path}': there are two collections '{name}'.");
            }
        }

        return store;
    }

    /// <summary>Writes all collections to one safetensors file, atomically: the file is whole or as it was. Each is as it is at one moment, whatever is written meanwhile.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair; the message names the record by its key, and the property. Nothing is written then.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; the message names it.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return StoreFile.Write([.. _collections.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))]).WriteAsync(path, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The type of a property, its distance function or its kind of index is not supported.</exception>
    /// <exception cref="ArgumentException">
    /// Definition, record and key do not fit each other, or the definition holds null; the record's type is abstract, or a property an indexer; or records are dictionaries, for which
    /// there is <see cref="GetDynamicCollection"/>.
    /// </exception>
    [RequiresUnreferencedCode("Reads the properties of the record's type. GetDynamicCollection does without.")]
    [RequiresDynamicCode("Reads the properties of the record's type. GetDynamicCollection does without.")]
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
        {
            throw new ArgumentException("Records that are dictionaries need GetDynamicCollection.", nameof(TRecord));
        }

        (RecordSchema schema, RecordAccess<TRecord> access) = ReflectedAccess<TRecord>.Create(definition, _generator);
        return typeof(TKey) == schema.Key.Type || typeof(TKey) == typeof(object)
            ? new ManagedRetrievalCollection<TKey, TRecord>(this, name, new RecordMapper<TRecord>(schema, access))
            : throw new ArgumentException($"The key of {typeof(TRecord).Name} is of type {schema.Key.Type.Name}, not {typeof(TKey).Name}.", nameof(TKey));
    }

    /// <inheritdoc/>
    /// <remarks>What a record holds besides the definition's properties is not stored; a property that it does not hold is null.</remarks>
    /// <exception cref="NotSupportedException">The type of a property, its distance function or its kind of index is not supported.</exception>
    /// <exception cref="ArgumentException">Two properties have one name, one has no type, or there is null in the place of one.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(definition);
        var schema = new RecordSchema(RecordSchema.PropertiesOf(definition), definition.EmbeddingGenerator ?? _generator);
        return new ManagedRetrievalCollection<object, Dictionary<string, object?>>(this, name, new RecordMapper<Dictionary<string, object?>>(schema, new DictionaryAccess()));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (string name in _collections.Keys.Order(StringComparer.Ordinal))
        {
            yield return name;
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken) : Task.FromResult(Find(name) is not null);
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        _collections.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    /// <summary>Gives <see cref="VectorStoreMetadata"/>, or the store itself.</summary>
    /// <param name="serviceType">What is asked for.</param>
    /// <param name="serviceKey">None but null is known.</param>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null : serviceType == typeof(VectorStoreMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>A collection's records; null where there is no such collection.</summary>
    internal CollectionStorage? Find(string name) => _collections.GetValueOrDefault(name);

    /// <summary>A collection's records; a new one where there was none.</summary>
    internal CollectionStorage FindOrAdd(string name, RecordSchema schema) => _collections.GetOrAdd(name, static (_, state) => new CollectionStorage(state.schema, state.options, []), (schema, options: _options));
}
