using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using ManagedRetrieval.Extensions.Filters;
using ManagedRetrieval.Extensions.Records;
using ManagedRetrieval.Extensions.Storage;
using ManagedRetrieval.Extensions.Telemetry;
using ManagedRetrieval.Indexing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions;

public sealed partial class ManagedRetrievalCollection<TKey, TRecord>
{
    private async IAsyncEnumerable<VectorSearchResult<TRecord>> Found<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord> options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TInput : notnull
    {
        foreach ((StoredRecord record, double score) in await RankAsync(searchValue, top, options, cancellationToken).ConfigureAwait(false))
        {
            yield return new VectorSearchResult<TRecord>(_mapper.Restore(record, options.IncludeVectors), score);
        }
    }

    private async Task<IReadOnlyList<(StoredRecord Record, double Score)>> RankAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord> options, CancellationToken cancellationToken)
        where TInput : notnull
    {
        StoreOperation operation = StoreOperation.Start("search", Name);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            CollectionStorage storage = Existing("search");
            CheckVectors(options.IncludeVectors);
            VectorProperty property = _mapper.Schema.VectorOf(options.VectorProperty);
            Func<StoredRecord, bool>? filter = options.Filter is null ? null : FilterCompiler.Compile(options.Filter, _mapper.Schema);
            ReadOnlyMemory<float> vector = property.Check(await VectorOfAsync(searchValue, property, cancellationToken).ConfigureAwait(false), "The vector that is searched for");
            int k = (int)Math.Min((long)options.Skip + top, int.MaxValue);
            List<(StoredRecord Record, double Score)> found = [];
            foreach (ScoredCandidate<StoredRecord> candidate in storage.IndexOf(property).Search(vector, k, filter, cancellationToken).Skip(options.Skip))
            {
                double score = property.Distance.Score(candidate.Score);
                if (options.ScoreThreshold is { } threshold && !property.Distance.Reaches(score, threshold))
                {
                    break;
                }

                found.Add((candidate.Identifier, score));
            }

            operation.End(found.Count);
            return found;
        }
        catch (Exception failure) when (operation.Fail(failure))
        {
            throw;
        }
    }

    private static async ValueTask<ReadOnlyMemory<float>> VectorOfAsync<TInput>(TInput searchValue, VectorProperty property, CancellationToken cancellationToken)
        where TInput : notnull
    {
        if (VectorProperty.TryNumbers(searchValue) is { } numbers)
        {
            return numbers;
        }

        return property.Generator is IEmbeddingGenerator<TInput, Embedding<float>> generator
            ? await generator.GenerateVectorAsync(searchValue, cancellationToken: cancellationToken).ConfigureAwait(false)
            : throw new NotSupportedException(
                $"Nothing embeds a value of type {typeof(TInput).Name} for property '{property.Name}': "
                + (property.Generator is null ? "there is no embedding generator." : $"its embedding generator, {property.Generator.GetType().Name}, does not take it.")
                + $" Without one, values may be {VectorProperty.SupportedTypes}.");
    }

    private async IAsyncEnumerable<TRecord> Known(object[] keys, bool includeVectors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredRecord[] found = Do("get", keys.Length, storage =>
        {
            CheckVectors(includeVectors);
            var records = storage.Records;
            StoredRecord[] some = [.. keys.Select(key => records.GetValueOrDefault(key)).OfType<StoredRecord>()];
            return (some, some.Length);
        }, cancellationToken);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (StoredRecord record in found)
        {
            yield return _mapper.Restore(record, includeVectors);
        }
    }

    private async IAsyncEnumerable<TRecord> Filtered(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord> options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredRecord[] found = Do("get", 1, storage =>
        {
            CheckVectors(options.IncludeVectors);
            Func<StoredRecord, bool> condition = FilterCompiler.Compile(filter, _mapper.Schema);
            StoredRecord[] matching = [.. storage.Records.Values.Where(condition)];
            Array.Sort(matching, RecordOrder.Of(Sorts(options), _mapper.Schema));
            StoredRecord[] page = [.. matching.Skip(options.Skip).Take(top)];
            return (page, page.Length);
        }, cancellationToken);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (StoredRecord record in found)
        {
            yield return _mapper.Restore(record, options.IncludeVectors);
        }
    }

    private static IEnumerable<(LambdaExpression Selector, bool Ascending)> Sorts(FilteredRecordRetrievalOptions<TRecord> options)
    {
        if (options.OrderBy is not { } orderBy)
        {
            return [];
        }

        FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition order = orderBy(new())
            ?? throw new ArgumentException("OrderBy must return the order that it is given, but it returns null.", nameof(options));
        return order.Values.Select(sort => ((LambdaExpression)sort.PropertySelector, sort.Ascending));
    }

    /// <summary>Runs an operation on the records, if the collection exists.</summary>
    /// <param name="name">The operation's.</param>
    /// <param name="batch">How many records or keys it is about.</param>
    /// <param name="body">Gives what it found, and how many records that are; null where it returns none by its nature.</param>
    /// <param name="cancellationToken">Asked before it starts.</param>
    private T Do<T>(string name, int batch, Func<CollectionStorage, (T Result, int? Rows)> body, CancellationToken cancellationToken)
    {
        StoreOperation operation = StoreOperation.Start(name, Name, batch);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            (T result, int? rows) = body(Existing(name));
            operation.End(rows);
            return result;
        }
        catch (Exception failure) when (operation.Fail(failure))
        {
            throw;
        }
    }

    private CollectionStorage Existing(string operation) => Checked(_store.Find(Name) ?? throw Failure($"There is no collection '{Name}'.", operation), operation);

    private CollectionStorage Checked(CollectionStorage storage, string operation) =>
        ReferenceEquals(storage.Schema, _mapper.Schema) || storage.Schema.Difference(_mapper.Schema) is not { } difference
            ? storage
            : throw Failure($"Collection '{Name}' has other properties than this view of it: {difference}.", operation);

    private VectorStoreException Failure(string message, string operation) =>
        new(message) { VectorStoreSystemName = RetrievalTelemetry.SystemName, CollectionName = Name, OperationName = operation };

    private object CheckKey(TKey key) => _mapper.Schema.Key.Check(key);

    private void CheckVectors(bool? include)
    {
        if (include is true && _mapper.Schema.IsEmbedded)
        {
            throw new NotSupportedException("Vectors that the collection embedded itself cannot be included: the property holds what was embedded.");
        }
    }
}
