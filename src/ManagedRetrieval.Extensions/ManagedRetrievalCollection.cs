using System.Linq.Expressions;
using ManagedRetrieval.Extensions.Records;
using ManagedRetrieval.Extensions.Storage;
using ManagedRetrieval.Extensions.Telemetry;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions;

/// <summary>A view of a collection of a <see cref="ManagedRetrievalVectorStore"/>.</summary>
/// <remarks>
/// Records are copied when they are stored and when they are returned. Every operation on a collection that does not exist is a <see cref="VectorStoreException"/>, and so is one
/// through a view with other properties than the collection has. A batch is stored or deleted as one: what is wrong with one record keeps all of them out.
/// </remarks>
/// <typeparam name="TKey">The key: <see cref="int"/>, <see cref="long"/>, <see cref="string"/>, <see cref="Guid"/>, or <see cref="object"/> for any of these.</typeparam>
/// <typeparam name="TRecord">The record.</typeparam>
public sealed partial class ManagedRetrievalCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly ManagedRetrievalVectorStore _store;
    private readonly RecordMapper<TRecord> _mapper;
    private readonly VectorStoreCollectionMetadata _metadata;

    internal ManagedRetrievalCollection(ManagedRetrievalVectorStore store, string name, RecordMapper<TRecord> mapper)
    {
        (_store, Name, _mapper) = (store, name, mapper);
        _metadata = new VectorStoreCollectionMetadata { VectorStoreSystemName = RetrievalTelemetry.SystemName, CollectionName = name };
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => _store.CollectionExistsAsync(Name, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="VectorStoreException">It exists with other properties.</exception>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) =>
        Completed.Run(() => Checked(_store.FindOrAdd(Name, _mapper.Schema), "create_collection"), cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => _store.EnsureCollectionDeletedAsync(Name, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Vectors are asked for that were embedded by the collection: the record holds what was embedded, not the vector.</exception>
    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        object known = CheckKey(key);
        return Completed.Run(
            () => Do("get", 1, storage =>
            {
                CheckVectors(options?.IncludeVectors);
                return storage.Records.GetValueOrDefault(known) is { } found ? (_mapper.Restore(found, options?.IncludeVectors ?? false), 1) : ((TRecord?)null, 0);
            }, cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Vectors are asked for that were embedded by the collection: the record holds what was embedded, not the vector.</exception>
    public override IAsyncEnumerable<TRecord> GetAsync(IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        object[] known = [.. keys.Select(CheckKey)];
        return Known(known, options?.IncludeVectors ?? false, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Without an order, records come in the order in which they were stored; so do those that an order leaves equal. Null comes before all values, texts are ordered by their characters' numbers.</remarks>
    /// <exception cref="NotSupportedException">The filter or the order is of a form that is not supported; the message names the part.</exception>
    /// <exception cref="ArgumentException">The order is null.</exception>
    public override IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return Filtered(filter, top, options ?? new FilteredRecordRetrievalOptions<TRecord>(), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => DeleteAsync([key], cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        object[] known = [.. keys.Select(CheckKey)];
        return Completed.Run(
            () => Do("delete", known.Length, storage =>
            {
                storage.Delete(known);
                return (true, (int?)null);
            }, cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return UpsertAsync([record], cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Of several records with one key the last stays. What is to be embedded is embedded in one batch for each property.</remarks>
    /// <exception cref="ArgumentException">A record is null, or one of its values does not fit its property; the message names record and property. Nothing is stored then, and no record of the batch is given a key.</exception>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        TRecord[] batch = [.. records];
        if (Array.Exists(batch, static record => record is null))
        {
            throw new ArgumentException("records must not hold null.", nameof(records));
        }

        StoreOperation operation = StoreOperation.Start("upsert", Name, batch.Length);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Looked up before anything is embedded for nothing.
            CollectionStorage storage = Existing("upsert");
            IReadOnlyList<StoredRecord> stored = await _mapper.StoreAsync(batch, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            foreach ((string property, Exception reason) in storage.Upsert(stored))
            {
                operation.ReportCompaction(property, reason);
            }

            _mapper.GiveKeys(batch, stored);
            operation.End();
        }
        catch (Exception failure) when (operation.Fail(failure))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A ReadOnlyMemory&lt;float&gt;, float[] or Embedding&lt;float&gt; is searched for as it is, anything else is embedded by the property's generator. What has equal scores comes in the order
    /// in which it was stored.
    /// </remarks>
    /// <exception cref="NotSupportedException">The filter is of a form that is not supported, nothing embeds such a value, or vectors are asked for that were embedded by the collection.</exception>
    /// <exception cref="ArgumentException">The vector has other dimensions, or is not finite.</exception>
    /// <exception cref="InvalidOperationException">The options name no vector property, and there is not one only.</exception>
    public override IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return Found(searchValue, top, options ?? new VectorSearchOptions<TRecord>(), cancellationToken);
    }

    /// <summary>Gives <see cref="VectorStoreCollectionMetadata"/>, the store, or the collection itself.</summary>
    /// <param name="serviceType">What is asked for.</param>
    /// <param name="serviceKey">None but null is known.</param>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : _store.GetService(serviceType);
    }
}
