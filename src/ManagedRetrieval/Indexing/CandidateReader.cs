using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Reads a source and checks that it gives what it says.</summary>
internal static class CandidateReader
{
    /// <summary>Checks what a source says of itself.</summary>
    /// <param name="source">A source.</param>
    /// <returns>Its number of dimensions.</returns>
    /// <exception cref="ArgumentException">It has no candidates or no dimensions.</exception>
    public static int Check<TId>(ICandidateSource<TId> source)
        where TId : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Count > 0 && source.Dimensions > 0
            ? source.Dimensions
            : throw new ArgumentException(
                FormattableString.Invariant($"source must have at least one candidate of at least one dimension, not {source.Count} of {source.Dimensions}."),
                nameof(source));
    }

    /// <summary>The same, and whether one array can hold all numbers.</summary>
    /// <param name="source">A source.</param>
    /// <returns>Its number of dimensions.</returns>
    /// <exception cref="ArgumentException">It has no candidates or no dimensions, or too many.</exception>
    public static int CheckFits<TId>(ICandidateSource<TId> source)
        where TId : notnull
    {
        int dimensions = Check(source);
        return (long)source.Count * dimensions <= Array.MaxLength - AlignedBuffer.Alignment
            ? dimensions
            : throw new ArgumentException(
                FormattableString.Invariant($"{source.Count} rows of {dimensions} numbers are more than one array can hold; share them out to several indexes."),
                nameof(source));
    }

    /// <summary>Reads all batches that are not empty, each with the row that it starts with.</summary>
    /// <param name="source">Where to read.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="greatest">The greatest magnitude of a number.</param>
    /// <exception cref="InvalidDataException">
    /// There are more or fewer candidates than the source says, or a row has another dimension, no identifier, or a number that is not finite or too great.
    /// </exception>
    public static IEnumerable<(int First, CandidateBatch<TId> Batch)> Read<TId>(
        ICandidateSource<TId> source, CancellationToken cancellationToken, float greatest = float.MaxValue)
        where TId : notnull
    {
        int first = 0;
        foreach (CandidateBatch<TId> batch in source.ReadBatches())
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = CheckBatch(source, batch, first, greatest);
            if (rows > 0)
            {
                yield return (first, batch);
                first += rows;
            }
        }

        if (first != source.Count)
        {
            throw Wrong($"has {source.Count} candidates by its own count, but ends after {first}");
        }
    }

    /// <summary>Copies all candidates.</summary>
    /// <exception cref="ArgumentException">There are none, or one array cannot hold them.</exception>
    /// <inheritdoc cref="Read" path="/exception"/>
    public static (Tensor<float> Embeddings, TId[] Identifiers) Copy<TId>(ICandidateSource<TId> source, CancellationToken cancellationToken)
        where TId : notnull
    {
        var embeddings = new Tensor<float>(new Shape(source.Count, CheckFits(source)));
        var identifiers = new TId[source.Count];
        foreach ((int first, CandidateBatch<TId> batch) in Read(source, cancellationToken))
        {
            batch.Embeddings.Span.CopyTo(embeddings.Rows(first, batch.Identifiers.Count).Span);
            CopyIdentifiers(batch, identifiers.AsSpan(first));
        }

        return (embeddings, identifiers);
    }

    /// <summary>Copies a batch's identifiers.</summary>
    public static void CopyIdentifiers<TId>(CandidateBatch<TId> batch, Span<TId> target)
        where TId : notnull
    {
        for (int row = 0; row < batch.Identifiers.Count; row++)
        {
            target[row] = batch.Identifiers[row];
        }
    }

    private static int CheckBatch<TId>(ICandidateSource<TId> source, CandidateBatch<TId> batch, int first, float greatest)
        where TId : notnull
    {
        Shape shape = batch.Embeddings.Shape;
        if (batch.Embeddings.IsDefault || shape.Rank != 2 || shape[1] != source.Dimensions)
        {
            throw Wrong($"has {source.Dimensions} dimensions by its own account, but the batch that starts at row {first} has the shape {shape}");
        }

        if (batch.Identifiers is null || batch.Identifiers.Count != shape.Rows)
        {
            throw Wrong($"gives {shape.Rows} rows from row {first} on, but {batch.Identifiers?.Count ?? 0} identifiers for them");
        }

        if (shape.Rows > source.Count - first)
        {
            throw Wrong($"has {source.Count} candidates by its own count, but gives at least {first + (long)shape.Rows}");
        }

        if (IndexArguments.FindNull(batch.Identifiers) is >= 0 and var missing)
        {
            throw Wrong($"gives no identifier for row {first + missing}");
        }

        if (IndexArguments.FindWrong(batch.Embeddings.Span, greatest) is >= 0 and var at)
        {
            (int row, int dimension) = Math.DivRem(at, source.Dimensions);
            float number = batch.Embeddings.Span[at];
            throw Wrong($"{IndexArguments.Expected(number, greatest)}, but row {first + row} (identifier {batch.Identifiers[row]}) holds {number} at dimension {dimension}");
        }

        return shape.Rows;
    }

    private static InvalidDataException Wrong(FormattableString fault) => new($"The source {FormattableString.Invariant(fault)}.");
}
