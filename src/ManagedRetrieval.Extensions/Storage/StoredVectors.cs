using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Extensions.Records;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Extensions.Storage;

/// <summary>The vectors that records hold, for a compaction to build from, so that it need not keep a copy.</summary>
/// <param name="property">Which vectors.</param>
/// <param name="records">Those that have one, in the order of their rows.</param>
internal sealed class StoredVectors(VectorProperty property, StoredRecord[] records) : ICandidateSource<StoredRecord>
{
    private const int BatchRows = 1024;

    /// <inheritdoc/>
    public int Count => records.Length;

    /// <inheritdoc/>
    public int Dimensions => property.Dimensions;

    /// <summary>Those of other candidates, whose identifiers are the records.</summary>
    public static StoredVectors Of(VectorProperty property, ICandidateSource<StoredRecord> candidates, CancellationToken cancellationToken)
    {
        var records = new StoredRecord[candidates.Count];
        int row = 0;
        foreach (CandidateBatch<StoredRecord> batch in candidates.ReadBatches())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (StoredRecord record in batch.Identifiers)
            {
                records[row++] = record;
            }
        }

        return new StoredVectors(property, records);
    }

    /// <summary>The vectors of some rows.</summary>
    public Tensor<float> Rows(int first, int count)
    {
        var rows = new Tensor<float>(new Shape(count, Dimensions));
        for (int row = 0; row < count; row++)
        {
            records[first + row].Vectors[property.Index]!.Value.Span.CopyTo(rows.Row(row));
        }

        return rows;
    }

    /// <inheritdoc/>
    public IEnumerable<CandidateBatch<StoredRecord>> ReadBatches()
    {
        for (int first = 0; first < records.Length; first += BatchRows)
        {
            int count = Math.Min(BatchRows, records.Length - first);
            yield return new CandidateBatch<StoredRecord>(Rows(first, count), new ArraySegment<StoredRecord>(records, first, count));
        }
    }
}
