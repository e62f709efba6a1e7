using System.Collections.Immutable;
using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>The records of a collection, and an index for each of its vector properties.</summary>
/// <remarks>Any number of threads may read and search while others write; writers wait for each other. A reader sees all of a batch in one index, or of the records, or none of it.</remarks>
internal sealed class CollectionStorage
{
    private readonly Lock _writing = new();
    private readonly VectorIndex[] _indexes;
    private ImmutableDictionary<object, StoredRecord> _records;
    private long _sequence;

    /// <summary>Takes in records that were saved.</summary>
    /// <param name="schema">Their properties.</param>
    /// <param name="options">How they are indexed.</param>
    /// <param name="records">None or some, with different keys, in their order.</param>
    public CollectionStorage(RecordSchema schema, StorageOptions options, IReadOnlyList<StoredRecord> records)
    {
        Schema = schema;
        foreach (StoredRecord record in records)
        {
            record.Sequence = _sequence++;
        }

        // Records are equal by key, so a dictionary that asks whether the value is new would keep the old one.
        _records = records.ToImmutableDictionary<StoredRecord, object, StoredRecord>(record => record.Key, record => record, keyComparer: null, ReferenceEqualityComparer.Instance);
        _indexes = [.. schema.Vectors.Select(property => new VectorIndex(property, records, options))];
    }

    /// <summary>The properties of the records.</summary>
    public RecordSchema Schema { get; }

    /// <summary>All records of this moment.</summary>
    public ImmutableDictionary<object, StoredRecord> Records => Volatile.Read(ref _records);

    /// <summary>The index of a vector property.</summary>
    public VectorIndex IndexOf(VectorProperty property) => _indexes[property.Index];

    /// <summary>All records of this moment, in the order in which they were stored.</summary>
    public StoredRecord[] InOrder() => [.. Records.Values.OrderBy(record => record.Sequence)];

    /// <summary>Stores records, each in the place of the one of the same key; of several with one key the last stays.</summary>
    /// <returns>What went wrong since the last call where indexes were compacted, which is tried again: the records are stored all the same.</returns>
    /// <exception cref="ArgumentException">An index refuses one of them; nothing is changed then.</exception>
    public IReadOnlyList<CompactionFailure> Upsert(IReadOnlyList<StoredRecord> records)
    {
        var last = new Dictionary<object, StoredRecord>(records.Count);
        foreach (StoredRecord record in records)
        {
            last[record.Key] = record;
        }

        StoredRecord[] stored = [.. records.Where(record => ReferenceEquals(last[record.Key], record))];
        if (stored.Length == 0)
        {
            return [];
        }

        lock (_writing)
        {
            // All indexes are asked before the first is written to.
            Action[] changes = [.. _indexes.Select(index => index.Prepare(stored))];
            foreach (StoredRecord record in stored)
            {
                record.Sequence = _sequence++;
            }

            foreach (Action change in changes)
            {
                change();
            }

            Volatile.Write(ref _records, _records.SetItems(stored.Select(record => KeyValuePair.Create(record.Key, record))));
            return RetryCompactions();
        }
    }

    /// <summary>Takes records out; keys that no record has are ignored.</summary>
    public void Delete(IReadOnlyList<object> keys)
    {
        lock (_writing)
        {
            StoredRecord[] found = [.. keys.Select(key => _records.GetValueOrDefault(key)).OfType<StoredRecord>()];
            if (found.Length == 0)
            {
                return;
            }

            foreach (VectorIndex index in _indexes)
            {
                index.Delete(found);
            }

            Volatile.Write(ref _records, _records.RemoveRange(keys));
        }
    }

    private List<CompactionFailure> RetryCompactions()
    {
        List<CompactionFailure> failures = [];
        foreach (VectorProperty property in Schema.Vectors)
        {
            if (IndexOf(property).Retry() is { } failure)
            {
                failures.Add(new CompactionFailure(property.Name, failure));
            }
        }

        return failures;
    }
}
