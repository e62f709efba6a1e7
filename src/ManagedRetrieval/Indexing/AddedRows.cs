using System.Collections;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Rows that are only ever added to, in chunks that shorter and longer lists share; as a list, their identifiers.</summary>
/// <remarks>
/// A list never changes: what is appended lies behind the end of all lists that were made before. So only the longest list may be
/// appended to, by one thread at a time; any number of threads may read any of them.
/// </remarks>
internal sealed class AddedRows<TId> : IReadOnlyList<TId>
    where TId : notnull
{
    /// <summary>128 KiB of 64 floats: small enough for an index that few rows are added to, and some µs of scoring, which is much more than a chunk costs besides.</summary>
    public const int ChunkRows = 512;

    private readonly AddedChunk<TId>[] _chunks;

    private AddedRows(int dimensions, Similarity similarity, AddedChunk<TId>[] chunks, int count) =>
        (Dimensions, Similarity, _chunks, Count) = (dimensions, similarity, chunks, count);

    /// <summary>No rows yet.</summary>
    public AddedRows(int dimensions, Similarity similarity)
        : this(dimensions, similarity, [], 0)
    {
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Elements of a row.</summary>
    public int Dimensions { get; }

    /// <summary>Whether rows are also kept at length 1.</summary>
    public Similarity Similarity { get; }

    /// <inheritdoc/>
    public TId this[int index] => _chunks[index / ChunkRows].Identifiers[index % ChunkRows];

    /// <summary>A row as it was given.</summary>
    public ReadOnlyMemory<float> Given(int row) => _chunks[row / ChunkRows].Given.Memory.Slice(row % ChunkRows * Dimensions, Dimensions);

    /// <summary>A row as it is scored.</summary>
    public ReadOnlySpan<float> Scored(int row) => _chunks[row / ChunkRows].Scored.Row(row % ChunkRows);

    /// <summary>Rows as they are scored: from one of them on as many as lie in its chunk, but not beyond an end.</summary>
    public Tensor<float> ScoredFrom(int row, int end)
    {
        int inChunk = row % ChunkRows;
        return _chunks[row / ChunkRows].Scored.Rows(inChunk, Math.Min(ChunkRows - inChunk, end - row));
    }

    /// <summary>A longer list.</summary>
    /// <param name="identifiers">One for each row.</param>
    /// <param name="rows">[rows, d]; copied.</param>
    public AddedRows<TId> Append(ReadOnlySpan<TId> identifiers, ReadOnlySpan<float> rows)
    {
        int count = checked(Count + identifiers.Length);
        AddedChunk<TId>[] chunks = _chunks;
        int needed = (int)(((long)count + ChunkRows - 1) / ChunkRows);
        if (needed > chunks.Length)
        {
            chunks = new AddedChunk<TId>[needed];
            _chunks.CopyTo(chunks, 0);
            for (int chunk = _chunks.Length; chunk < needed; chunk++)
            {
                chunks[chunk] = new AddedChunk<TId>(new Shape(ChunkRows, Dimensions), Similarity);
            }
        }

        for (int i = 0; i < identifiers.Length; i++)
        {
            (int chunk, int row) = Math.DivRem(Count + i, ChunkRows);
            chunks[chunk].Write(row, identifiers[i], rows.Slice(i * Dimensions, Dimensions));
        }

        return new AddedRows<TId>(Dimensions, Similarity, chunks, count);
    }

    /// <inheritdoc/>
    public IEnumerator<TId> GetEnumerator()
    {
        for (int row = 0; row < Count; row++)
        {
            yield return this[row];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
