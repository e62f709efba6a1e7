using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>The candidates of a snapshot, in the order of their rows.</summary>
/// <param name="snapshot">Whose candidates.</param>
/// <param name="progress">Is told with each batch.</param>
/// <param name="cancellationToken">Stops between batches.</param>
internal sealed class LiveCandidates<TId>(LiveSnapshot<TId> snapshot, IProgress<CompactionProgress>? progress = null, CancellationToken cancellationToken = default)
    : ICandidateSource<TId>
    where TId : notnull
{
    private const int BatchRows = 4096;

    /// <inheritdoc/>
    public int Count => snapshot.Count;

    /// <inheritdoc/>
    public int Dimensions => snapshot.Dimensions;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The source that the last index was built from gives other candidates now.</exception>
    /// <exception cref="ObjectDisposedException">The fixed index was disposed.</exception>
    public IEnumerable<CandidateBatch<TId>> ReadBatches()
    {
        var rows = new Tensor<float>(new Shape(Math.Min(BatchRows, Count), Dimensions));
        var identifiers = new List<TId>(rows.Shape.Rows);
        int read = 0;
        foreach ((TId identifier, ReadOnlyMemory<float> row) in ReadRows())
        {
            row.Span.CopyTo(rows.Row(identifiers.Count));
            identifiers.Add(identifier);
            if (++read == Count || identifiers.Count == rows.Shape.Rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new CandidateBatch<TId>(rows.Rows(0, identifiers.Count), identifiers.ToArray());
                progress?.Report(new CompactionProgress(read, Count));
                identifiers.Clear();
            }
        }
    }

    /// <summary>The identifiers alone, which takes no reading of the source.</summary>
    public IEnumerable<TId> Identifiers()
    {
        using MappedHold hold = Hold();
        for (int row = 0; row < snapshot.FixedCount; row++)
        {
            if (!snapshot.DeletedOfFixed.Contains(row))
            {
                yield return snapshot.Fixed!.Index.RowIdentifiers[row];
            }
        }

        for (int row = 0; row < snapshot.Added.Count; row++)
        {
            if (!snapshot.DeletedOfAdded.Contains(row))
            {
                yield return snapshot.Added.Rows[row];
            }
        }
    }

    private IEnumerable<(TId Identifier, ReadOnlyMemory<float> Row)> ReadRows()
    {
        int row = 0;
        using MappedHold hold = Hold();
        foreach (CandidateBatch<TId> batch in snapshot.Fixed?.Candidates.ReadBatches() ?? [])
        {
            for (int i = 0; i < batch.Identifiers.Count; i++, row++)
            {
                if (row == snapshot.FixedCount || !EqualityComparer<TId>.Default.Equals(batch.Identifiers[i], snapshot.Fixed!.Index.RowIdentifiers[row]))
                {
                    throw Changed(row);
                }

                if (!snapshot.DeletedOfFixed.Contains(row))
                {
                    yield return (batch.Identifiers[i], batch.Embeddings.Memory.Slice(i * Dimensions, Dimensions));
                }
            }
        }

        if (row < snapshot.FixedCount)
        {
            throw Changed(row);
        }

        for (row = 0; row < snapshot.Added.Count; row++)
        {
            if (!snapshot.DeletedOfAdded.Contains(row))
            {
                yield return (snapshot.Added.Rows[row], snapshot.Added.Rows.Given(row));
            }
        }
    }

    /// <summary>Holds the file that the fixed index lies in: its identifiers are not let out, so that disposing it ends the mapping.</summary>
    private MappedHold Hold() => snapshot.Fixed?.Index.Hold() ?? default;

    private static InvalidOperationException Changed(int row) => new(FormattableString.Invariant(
        $"The candidates that the index was built from have changed: number {row} is not the one that it was."));
}
