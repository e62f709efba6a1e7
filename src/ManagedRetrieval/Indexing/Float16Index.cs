using System.Text.Json;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>Top-k search over rows of <see cref="Half"/>: every candidate is scored, by its rounded row.</summary>
/// <remarks>
/// <para>
/// A row takes 2 bytes for each of its numbers, rounded to the nearest Half, to even where two are as near. Scores are those of
/// <see cref="BruteForceIndex{TId}"/> over the rounded rows, bit by bit; since those are not the rows that were given, the index is not exact.
/// </para>
/// <para>Immutable, so any number of threads may search at once. A query gets the same bits alone or in a batch, and for any number of workers.</para>
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed class Float16Index<TId> : TopKIndex<TId>, IStoredIndex
    where TId : notnull
{
    internal const string TypeName = "float16";

    private const string RowsName = IndexCodec.Prefix + "rows";

    private readonly ReadOnlyMemory<Half> _rows;
    private readonly WorkerTeam _workers;

    /// <summary>Builds an index.</summary>
    /// <param name="candidateEmbeddings">[candidates, d], all finite, of magnitudes less than 65,520 unless they are brought to length 1; not kept.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite or beyond the range of Half.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    public Float16Index(
        Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers, WorkerTeam? workers = null, Similarity similarity = Similarity.DotProduct)
        : this(Encode(candidateEmbeddings, identifiers, similarity), candidateEmbeddings.Shape[1], identifiers, workers, similarity)
    {
    }

    /// <summary>Takes rows as they are stored.</summary>
    /// <param name="rows">[candidates, d], all finite.</param>
    /// <param name="dimensions">Elements of a row.</param>
    /// <param name="identifiers">One for each row.</param>
    /// <param name="workers">Null for the calling thread.</param>
    /// <param name="similarity">What makes a score.</param>
    internal Float16Index(ReadOnlyMemory<Half> rows, int dimensions, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity)
        : base(dimensions, identifiers, similarity) => (_rows, _workers) = (rows, workers ?? WorkerTeam.Inline);

    /// <inheritdoc/>
    public override bool IsExact => false;

    /// <inheritdoc/>
    internal override WorkerTeam Workers => _workers;

    /// <inheritdoc/>
    internal override float GreatestMagnitude => Greatest(Similarity);

    /// <summary>The rows, [candidates, d].</summary>
    internal ReadOnlyMemory<Half> RoundedRows => _rows;

    string IStoredIndex.Type => TypeName;

    /// <summary>Builds an index of a source, whose rows never lie in memory as floats all at once.</summary>
    /// <param name="source">It is read once; the identifiers are copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">There are no candidates, or more than one array can hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    /// <exception cref="InvalidDataException">
    /// The source gives more or fewer candidates than it says, or a row of another dimension, without identifier, not finite, or beyond the range of Half.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Float16Index<TId> Build(
        ICandidateSource<TId> source, WorkerTeam? workers = null, Similarity similarity = Similarity.DotProduct, CancellationToken cancellationToken = default)
    {
        int dimensions = CandidateReader.CheckFits(source);
        Memory<Half> rows = AlignedBuffer.Allocate<Half>(source.Count * dimensions);
        var identifiers = new TId[source.Count];
        foreach ((int first, CandidateBatch<TId> batch) in CandidateReader.Read(source, cancellationToken, Greatest(similarity)))
        {
            Narrow(batch.Embeddings, similarity, rows.Span[(first * dimensions)..]);
            CandidateReader.CopyIdentifiers(batch, identifiers.AsSpan(first));
        }

        return new Float16Index<TId>(rows, dimensions, identifiers, workers, similarity);
    }

    internal static Float16Index<TId> Read(IndexParts<TId> parts)
    {
        parts.AllowOnly("dimensions");
        int dimensions = parts.Properties.GetInt("dimensions", 1, int.MaxValue);
        parts.File.RequireShape(RowsName, SafetensorsType.F16, parts.Identifiers.Count, dimensions);
        ReadOnlyMemory<Half> rows = parts.File.ViewHalves(RowsName);
        return parts.File.IsMapped || !rows.Span.ContainsAnyExceptInRange(Half.MinValue, Half.MaxValue)
            ? new Float16Index<TId>(rows, dimensions, parts.Identifiers, parts.Workers, parts.Similarity)
            : throw new FormatException($"Index: the tensor '{RowsName}' holds a number that is not finite.");
    }

    void IStoredIndex.WriteTo(Utf8JsonWriter json, SafetensorsWriter writer)
    {
        json.WriteNumber("dimensions", Dimensions);
        writer.Add(RowsName, _rows, Count, Dimensions);
    }

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken) =>
        TopKSearch.Run(
            queries.Span, new HalfScores(_rows.Span, Dimensions), queries.Shape.RowLength / Dimensions, scores.Shape.RowLength, scores.Span, rows,
            limits.Excluded, limits.Offsets, limits.Admitted, _workers, cancellationToken);

    private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores)
    {
        using var halves = new Scratch<Half>(rows.Length * Dimensions);
        using var floats = new Scratch<float>(rows.Length * Dimensions);
        Rows.Gather(_rows.Span, Dimensions, rows, halves.Span);
        HalfRows.Widen(halves.Span, floats.Span);
        RowScores.Write(queries, count, floats.Span, scores);
    }

    private static float Greatest(Similarity similarity) => IndexArguments.Check(similarity) == Similarity.Cosine ? float.MaxValue : IndexArguments.GreatestHalf;

    private static Memory<Half> Encode(Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers, Similarity similarity)
    {
        IndexArguments.CheckRows(candidateEmbeddings, identifiers, nameof(candidateEmbeddings), Greatest(similarity));
        Memory<Half> rows = AlignedBuffer.Allocate<Half>(candidateEmbeddings.Shape.Length);
        Narrow(candidateEmbeddings, similarity, rows.Span);
        return rows;
    }

    private static void Narrow(Tensor<float> embeddings, Similarity similarity, Span<Half> target)
    {
        int width = embeddings.Shape.RowLength;
        using var scratch = new Scratch<float>(width);
        for (int row = 0; row < embeddings.Shape.Rows; row++)
        {
            ReadOnlySpan<float> numbers = embeddings.Row(row);
            if (similarity == Similarity.Cosine)
            {
                UnitRows.Write(numbers, width, scratch.Span);
                numbers = scratch.Span;
            }

            HalfRows.Narrow(numbers, target.Slice(row * width, width));
        }
    }
}
