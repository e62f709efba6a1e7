using System.Globalization;
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

    /// <summary>Copies records, and embeds what is to be embedded, in one batch for each property. Gives keys to those that want one.</summary>
    /// <param name="records">None of them null.</param>
    /// <param name="cancellationToken">Handed to embedding generators.</param>
    /// <exception cref="ArgumentException">A value does not fit its property; the message names it.</exception>
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

        var stored = new StoredRecord[records.Count];
        for (int i = 0; i < stored.Length; i++)
        {
            object?[] data = new object?[Schema.Data.Count];
            foreach (DataProperty property in Schema.Data)
            {
                data[property.Index] = property.Column.Store(access.Get(records[i], property), property.Name);
            }

            stored[i] = new StoredRecord(KeyOf(records[i]), data, vectors[i]);
        }

        return stored;
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

    private object KeyOf(TRecord record)
    {
        object? key = access.Get(record, Schema.Key);
        if (Schema.Key.IsGenerated && (key is null || key.Equals(Guid.Empty)))
        {
            key = Guid.CreateVersion7();
            access.Set(record, Schema.Key, key);
        }

        return Schema.Key.Check(key);
    }
}
