using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Extensions.Records;
using ManagedRetrieval.Indexing;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>The index of one vector property. Its rows are named by the records themselves, so that a search needs no second look.</summary>
internal sealed class VectorIndex
{
    private readonly VectorProperty _property;
    private readonly StorageOptions _options;
    private readonly LiveIndex<StoredRecord> _live;
    private Task? _again;
    private Task? _told;
    private long _changesWhenTried;

    /// <summary>Indexes records.</summary>
    /// <param name="property">Which of their vectors.</param>
    /// <param name="records">None or some; those without a vector are left out.</param>
    /// <param name="options">How.</param>
    public VectorIndex(VectorProperty property, IEnumerable<StoredRecord> records, StorageOptions options)
    {
        (_property, _options) = (property, options);
        var live = new LiveIndexOptions<StoredRecord>
        {
            CompactAt = options.CompactAt,
            Workers = options.Workers,
            Keep = (candidates, cancellationToken) => StoredVectors.Of(property, candidates, cancellationToken),
        };
        var vectors = new StoredVectors(property, [.. records.Where(HasVector)]);
        _live = vectors.Count == 0
            ? new LiveIndex<StoredRecord>(property.Dimensions, Build, property.Distance.Similarity, live)
            : new LiveIndex<StoredRecord>(Build(vectors, CancellationToken.None), vectors, Build, live);
    }

    /// <summary>The compaction that runs, or ran last; null for none.</summary>
    public Task? Compaction
    {
        get
        {
            Task? automatic = _live.AutomaticCompaction;
            return Volatile.Read(ref _again) is { } again && (automatic is null || !again.IsCompletedSuccessfully) ? again : automatic;
        }
    }

    /// <summary>Checks a batch, and changes nothing yet.</summary>
    /// <param name="records">With different keys.</param>
    /// <returns>Takes the batch in, each record in the place of the one of the same key; refuses nothing any more.</returns>
    /// <exception cref="ArgumentException">A vector holds a number that is too great for this kind of index; the message names the record's key.</exception>
    public Action Prepare(IReadOnlyList<StoredRecord> records)
    {
        StoredRecord[] with = [.. records.Where(HasVector)], without = [.. records.Where(record => !HasVector(record))];
        Tensor<float>? rows = with.Length == 0 ? null : new StoredVectors(_property, with).Rows(0, with.Length);
        if (rows is { } some)
        {
            Check(with, some);
        }

        return () =>
        {
            if (rows is { } vectors)
            {
                _live.Upsert(with, vectors);
            }

            if (without.Length > 0)
            {
                _live.Delete(without);
            }
        };
    }

    /// <summary>
    /// Compacts again where that failed, since the live index leaves it at one failure: at once after the first, and where it goes on failing each time that the changes have doubled, so
    /// that what is tried in vain takes no longer in all than a few compactions. Only one thread may ask at a time.
    /// </summary>
    /// <returns>A failure that was not told before; null where there is none.</returns>
    public Exception? Retry()
    {
        if (Compaction is not { IsCompleted: true, IsCompletedSuccessfully: false } failed)
        {
            return null;
        }

        int changes = _live.Snapshot().Changes;
        if (!ReferenceEquals(failed, _again) || changes >= 2 * _changesWhenTried)
        {
            _changesWhenTried = changes;
            Volatile.Write(ref _again, _live.CompactAsync());
        }

        if (ReferenceEquals(failed, _told))
        {
            return null;
        }

        _told = failed;
        return failed.Exception?.InnerException ?? new TaskCanceledException(failed);
    }

    /// <summary>Takes records out.</summary>
    public void Delete(IReadOnlyCollection<StoredRecord> records) => _live.Delete(records);

    /// <summary>Finds the best records.</summary>
    /// <param name="vector">Of the property's dimensions, finite.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="filter">Null for all.</param>
    /// <param name="cancellationToken">Stops a long search.</param>
    public ScoredCandidate<StoredRecord>[] Search(ReadOnlyMemory<float> vector, int k, Func<StoredRecord, bool>? filter, CancellationToken cancellationToken)
    {
        var query = new Tensor<float>(new Shape(1, vector.Length), vector.ToArray());
        return _live.Search(query, k, filter is null ? null : new CandidateFilter<StoredRecord> { Predicate = filter }, cancellationToken)[0];
    }

    private void Check(StoredRecord[] records, Tensor<float> rows)
    {
        try
        {
            _live.Check(records, rows);
        }
        catch (ArgumentException failure)
        {
            throw new ArgumentException($"Property '{_property.Name}': {failure.Message}", failure);
        }
    }

    private bool HasVector(StoredRecord record) => record.Vectors[_property.Index] is not null;

    private TopKIndex<StoredRecord> Build(ICandidateSource<StoredRecord> source, CancellationToken cancellationToken) => _property.Kind switch
    {
        IndexKind.QuantizedFlat => Int8Index<StoredRecord>.Build(source, null, _options.Workers, _property.Distance.Similarity, cancellationToken),
        IndexKind.IvfFlat => PartitionedIndex<StoredRecord>.Build(source, null, _property.Distance.Similarity, _options.Workers, null, cancellationToken),
        _ => BruteForceIndex<StoredRecord>.Build(source, _options.Workers, null, _property.Distance.Similarity, cancellationToken),
    };
}
