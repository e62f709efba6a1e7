using System.Globalization;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Candidates that are read in passes, checked by the first, and brought to length 1 where the similarity is the cosine.</summary>
internal sealed class PassedCandidates<TId>
    where TId : notnull
{
    /// <summary>What an element may be at most: squares of greater ones, summed up, could be infinite.</summary>
    public const float GreatestMagnitude = 1e15f;

    /// <summary>Rows that are handed on at once.</summary>
    private const int Chunk = 8192;

    private readonly ICandidateSource<TId> _source;
    private readonly Similarity _similarity;

    private PassedCandidates(ICandidateSource<TId> source, Similarity similarity, IReadOnlyList<TId> identifiers) =>
        (_source, _similarity, Identifiers) = (source, similarity, identifiers);

    /// <summary>Takes some consecutive rows.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="rows">[rows, d].</param>
    public delegate void Taker(int first, ReadOnlySpan<float> rows);

    /// <summary>The candidates' identifiers.</summary>
    public IReadOnlyList<TId> Identifiers { get; }

    /// <summary>The number of candidates.</summary>
    public int Count => Identifiers.Count;

    /// <summary>The number of dimensions.</summary>
    public int Dimensions => _source.Dimensions;

    /// <summary>Reads all candidates once, to check them and to know their identifiers.</summary>
    /// <param name="source">The candidates.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="greatest">The greatest magnitude of an element, where they are taken as they are.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">They cannot be indexed.</exception>
    public static PassedCandidates<TId> Check(ICandidateSource<TId> source, Similarity similarity, float greatest, CancellationToken cancellationToken)
    {
        var identifiers = new List<TId>();
        foreach (CandidateBatch<TId> batch in source.ReadBatches())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsEmpty(batch))
            {
                continue;
            }

            IndexArguments.CheckRows(batch.Embeddings, batch.Identifiers, nameof(source));
            int at = similarity == Similarity.Cosine ? -1 : IndexBeyond(batch.Embeddings.Span, greatest);
            if (at >= 0)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"source must have elements of magnitudes up to {greatest}, but row {identifiers.Count + (at / batch.Embeddings.Shape.RowLength)} holds {batch.Embeddings.Span[at]}; all rows can be scaled."),
                    nameof(source));
            }

            // Copied: the source may fill the same list again.
            identifiers.AddRange(batch.Identifiers);
            CheckBatch(source, identifiers.Count, batch.Embeddings.Shape.RowLength);
        }

        CheckCount(source, identifiers.Count);
        return new(source, similarity, identifiers);
    }

    /// <summary>Reads all candidates in their order.</summary>
    /// <param name="take">Is handed some after the other; the memory is used again for the next.</param>
    /// <exception cref="ArgumentException">They are others than before.</exception>
    public void Pass(Taker take)
    {
        int row = 0;
        using var units = new Scratch<float>(_similarity == Similarity.Cosine ? Chunk * Dimensions : 1);
        foreach (CandidateBatch<TId> batch in _source.ReadBatches())
        {
            if (IsEmpty(batch))
            {
                continue;
            }

            Tensor<float> all = batch.Embeddings;
            CheckBatch(_source, row + all.Shape.Rows, all.Shape.RowLength);
            for (int start = 0; start < all.Shape.Rows; start += Chunk)
            {
                int rows = Math.Min(Chunk, all.Shape.Rows - start);
                Span<float> some = all.Span.Slice(start * Dimensions, rows * Dimensions);
                if (_similarity == Similarity.Cosine)
                {
                    UnitRows.Write(some, Dimensions, units.Span[..some.Length]);
                    some = units.Span[..some.Length];
                }

                take(row + start, some);
            }

            row += all.Shape.Rows;
        }

        CheckCount(_source, row);
    }

    private static bool IsEmpty(CandidateBatch<TId> batch) => batch is { Embeddings.Shape: { Rank: 2, Rows: 0 }, Identifiers.Count: 0 };

    private static void CheckCount(ICandidateSource<TId> source, int rows)
    {
        if (rows == 0 || rows != source.Count)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"source must give at least one row, and as many as it says each time, {source.Count}, not {rows}."), nameof(source));
        }
    }

    private static void CheckBatch(ICandidateSource<TId> source, int rows, int width)
    {
        if (width != source.Dimensions || rows > source.Count)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"source says that it has {source.Count} rows of {source.Dimensions} elements, but gives {rows} of {width}."), nameof(source));
        }
    }

    private static int IndexBeyond(ReadOnlySpan<float> values, float greatest)
    {
        int at = TensorPrimitives.IndexOfMaxMagnitude(values);
        return MathF.Abs(values[at]) > greatest ? at : -1;
    }
}
