using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>Turns a caller's records into stored ones, and back.</summary>
/// <param name="schema">Their properties.</param>
/// <param name="access">Reads and writes these.</param>
internal sealed class RecordMapper<TRecord>(RecordSchema schema, RecordAccess<TRecord> access)
    where TRecord : class
{
    /// <summary>The properties.</summary>
    public RecordSchema Schema { get; } = schema;

    /// <summary>Copies records, and embeds what is to be embedded, in one batch for each property.</summary>
    /// <param name="records">None of them null. They stay as they are: see <see cref="GiveKeys"/>.</param>
    /// <param name="cancellationToken">Handed to embedding generators.</param>
    /// <exception cref="ArgumentException">A value does not fit its property; the message names both, the record by its number.</exception>
    public async Task<IReadOnlyList<StoredRecord>> StoreAsync(IReadOnlyList<TRecord> records, CancellationToken cancellationToken)
    {
        var vectors = new ReadOnlyMemory<float>?[records.Count][];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = new ReadOnlyMemory<float>?[Schema.Vectors.Count];
        }

        foreach (VectorProperty property in Schema.Vectors)
        {
            await ReadVectorsAsync(property, records, vectors, cancellationToken).ConfigureAwait(false);
        }

        // A record that comes twice is given one key.
        var generated = new Dictionary<TRecord, object>(ReferenceEqualityComparer.Instance);
        var stored = new StoredRecord[records.Count];
        for (int i = 0; i < stored.Length; i++)
        {
            try
            {
                stored[i] = new StoredRecord(KeyOf(records[i], generated), DataOf(records[i]), vectors[i]);
            }
            catch (ArgumentException failure)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Record {i}: {failure.Message}"), failure);
            }
        }

        return stored;
    }

    /// <summary>Writes the keys that were generated into the records that wanted one, once nothing refuses them any more.</summary>
    /// <param name="records">What was given to <see cref="StoreAsync"/>.</param>
    /// <param name="stored">What it gave.</param>
    public void GiveKeys(IReadOnlyList<TRecord> records, IReadOnlyList<StoredRecord> stored)
    {
        for (int i = 0; Schema.Key.IsGenerated && i < records.Count; i++)
        {
            if (WantsKey(access.Get(records[i], Schema.Key)))
            {
                access.Set(records[i], Schema.Key, stored[i].Key);
            }
        }
    }

    /// <summary>A stored record as a new one of the caller's.</summary>
    /// <param name="stored">What was stored.</param>
    /// <param name="includeVectors">Whether vector properties are given values; those of which the vectors were embedded never are.</param>
    public TRecord Restore(StoredRecord stored, bool includeVectors)
    {
        TRecord record = access.Create();
        access.Set(record, Schema.Key, stored.Key);
        foreach (DataProperty property in Schema.Data)
        {
            access.Set(record, property, property.Column.Restore(stored.Data[property.Index]));
        }

        foreach (VectorProperty property in Schema.Vectors)
        {
            if (includeVectors && !property.IsEmbedded)
            {
                access.Set(record, property, stored.Vectors[property.Index] is { } numbers ? property.ToValue(numbers) : null);
            }
        }

        return record;
    }

    private async Task ReadVectorsAsync(VectorProperty property, IReadOnlyList<TRecord> records, ReadOnlyMemory<float>?[][] vectors, CancellationToken cancellationToken)
    {
        object?[] values = [.. records.Select(record => access.Get(record, property))];
        if (property.IsEmbedded)
        {
            object[] inputs = [.. values.OfType<object>()];
            IReadOnlyList<Embedding<float>> embeddings = await InputEmbeddings.GenerateAsync(property, inputs, cancellationToken).ConfigureAwait(false);
            int next = 0;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = values[i] is null ? null : embeddings[next++];
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                string what = string.Create(CultureInfo.InvariantCulture, $"The vector of record {i}");
                ReadOnlyMemory<float> numbers = VectorProperty.TryNumbers(value)
                    ?? throw new ArgumentException($"{what} is of type {value.GetType().Name}. Supported are {VectorProperty.SupportedTypes}.");
                vectors[i][property.Index] = property.Check(numbers, what).ToArray();
            }
        }
    }

    private object?[] DataOf(TRecord record)
    {
        object?[] data = new object?[Schema.Data.Count];
        foreach (DataProperty property in Schema.Data)
        {
            data[property.Index] = property.Column.Store(access.Get(record, property), property.Name);
        }

        return data;
    }

    private object KeyOf(TRecord record, Dictionary<TRecord, object> generated)
    {
        object? key = access.Get(record, Schema.Key);
        if (!WantsKey(key))
        {
            return Schema.Key.Check(key);
        }

        ref object? made = ref CollectionsMarshal.GetValueRefOrAddDefault(generated, record, out _);
        return made ??= Guid.CreateVersion7();
    }

    private bool WantsKey(object? key) => Schema.Key.IsGenerated && (key is null || key.Equals(Guid.Empty));
}
