using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Top-k search over rows of bytes: all are scanned, and the best are scored again.</summary>
/// <remarks>
/// <para>
/// A row takes a byte for each of its d numbers, filled up to a multiple of 4, and 4 bytes for its scale, max |x| / 127. The scan scores rounded rows
/// against a query of 7 bits; what is best by that is scored against the query as it is: where embeddings are kept, with the bits of
/// <see cref="BruteForceIndex{TId}"/>, otherwise as scale · (q · row), one chain of fused multiply-adds over the bytes and one product.
/// </para>
/// <para>
/// Where embeddings are kept, and no number of rows to score again is set, the answer is exact: the scan makes upper bounds of the scores, and
/// rows are scored until no other row's bound reaches the k-th score. Where many rows are nearly as good as the best, a second scan looks for
/// them, and where these are too many, or bounds tell nothing, all rows are scored as brute force does.
/// Otherwise a candidate that the scan ranks too low is missed: the more are scored again, the fewer.
/// </para>
/// <para>
/// Whatever the rows and queries, an exact search takes no more than about twice the time of <see cref="BruteForceIndex{TId}"/>, by the dot product. By the
/// cosine, the rows, which are kept as they were given, have to be brought to length 1 again where all are scored: up to five times the time for many
/// queries at once, and five to thirty times for one, the more the shorter rows are.
/// </para>
/// <para>Immutable, so any number of threads may search at once. A query gets the same bits alone or in a batch, and for any number of workers.</para>
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed partial class Int8Index<TId> : TopKIndex<TId>
    where TId : notnull
{
    private readonly Int8Store _store;

    /// <summary>The rows as they were given; the default value where they are not kept.</summary>
    private readonly Tensor<float> _embeddings;

    private readonly int? _rescored;
    private readonly WorkerTeam _workers;

    /// <summary>Builds an index.</summary>
    /// <param name="candidateEmbeddings">[candidates, d], all finite; where they are kept, shared, not copied, so they must not change.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="workers">Shares out the work of building and of searches; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <exception cref="ArgumentException">There are no rows, more than one array can hold, rows and identifiers differ in number, or a row is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for less than one row to be scored again, or there is no such similarity.</exception>
    public Int8Index(
        Tensor<float> candidateEmbeddings,
        IReadOnlyList<TId> identifiers,
        Int8IndexOptions? options = null,
        WorkerTeam? workers = null,
        Similarity similarity = Similarity.DotProduct)
        : this(
            Encode(candidateEmbeddings, identifiers, workers, similarity), options is null or { KeepEmbeddings: true } ? candidateEmbeddings : default,
            identifiers, options, workers, similarity)
    {
    }

    /// <summary>Takes rows as they are stored.</summary>
    /// <param name="store">The rows.</param>
    /// <param name="embeddings">What to score again, or the default value.</param>
    /// <param name="identifiers">One for each row.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="workers">Null for the calling thread.</param>
    /// <param name="similarity">What makes a score.</param>
    internal Int8Index(
        Int8Store store, Tensor<float> embeddings, IReadOnlyList<TId> identifiers, Int8IndexOptions? options, WorkerTeam? workers, Similarity similarity)
        : base(store.Depth, identifiers, similarity)
    {
        if (options?.Rescored is { } rescored)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rescored, 1, nameof(options));
        }

        (_store, _embeddings, _rescored, _workers) = (store, embeddings, options?.Rescored, workers ?? WorkerTeam.Inline);
        RowsForOne = similarity == Similarity.Cosine ? 16 : 256 + (4096 / Dimensions);
    }

    /// <inheritdoc/>
    public override bool IsExact => _rescored is null && !_embeddings.IsDefault;

    /// <inheritdoc/>
    internal override WorkerTeam Workers => _workers;

    /// <summary>The rows.</summary>
    internal Int8Store Store => _store;

    /// <summary>
    /// Where answers have to be exact, rows for each of which one is scored again at most. Scored one by one, a row costs as much as some 60 of 64 numbers in a batch,
    /// or 200 of 4 numbers; so it comes to less than a third of scoring all. By the cosine, all cost so much that a row costs as much as 2 or 20. Tests set another number.
    /// </summary>
    internal long RowsForOne { get; init; }

    /// <summary>Builds an index of a source, whose rows never lie in memory as floats all at once.</summary>
    /// <param name="source">It is read once; the identifiers are copied.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="workers">Shares out the work of building and of searches; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">There are no candidates, or more than one array can hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for less than one row to be scored again, or there is no such similarity.</exception>
    /// <exception cref="InvalidDataException">The source gives more or fewer candidates than it says, or a row of another dimension, without identifier, or not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Int8Index<TId> Build(
        ICandidateSource<TId> source,
        Int8IndexOptions? options = null,
        WorkerTeam? workers = null,
        Similarity similarity = Similarity.DotProduct,
        CancellationToken cancellationToken = default)
    {
        IndexArguments.Check(similarity);
        int dimensions = CandidateReader.Check(source);
        var store = new Int8Store(source.Count, dimensions);
        var identifiers = new TId[source.Count];
        foreach ((int first, CandidateBatch<TId> batch) in CandidateReader.Read(source, cancellationToken))
        {
            store.Write(first, batch.Embeddings.Span, similarity == Similarity.Cosine, workers ?? WorkerTeam.Inline);
            CandidateReader.CopyIdentifiers(batch, identifiers.AsSpan(first));
        }

        return new Int8Index<TId>(store, embeddings: default, identifiers, options, workers, similarity);
    }

    private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores)
    {
        if (!_embeddings.IsDefault)
        {
            RowScores.Write(queries, count, _embeddings, rows, scores, toUnitLength: Similarity == Similarity.Cosine);
            return;
        }

        using var ofHead = new Scratch<float>(rows.Length);
        int length = queries.Length / count;
        for (int start = 0; start < queries.Length; start += Dimensions)
        {
            (int query, int rest) = Math.DivRem(start, length);
            Span<float> ofQuery = scores.Slice(query * rows.Length, rows.Length), target = rest == 0 ? ofQuery : ofHead.Span;
            target.Clear();
            Int8Dot.RunPacked(queries.Slice(start, Dimensions), _store.Packed.Span, _store.Scales.Span, rows, target);
            if (rest > 0)
            {
                TensorPrimitives.Max(ofQuery, target, ofQuery);
            }
        }
    }

    private static Int8Store Encode(Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers, WorkerTeam? workers, Similarity similarity)
    {
        IndexArguments.Check(similarity);
        IndexArguments.CheckRows(candidateEmbeddings, identifiers, nameof(candidateEmbeddings));
        var store = new Int8Store(candidateEmbeddings.Shape.Rows, candidateEmbeddings.Shape.RowLength);
        store.Write(0, candidateEmbeddings.Span, similarity == Similarity.Cosine, workers ?? WorkerTeam.Inline);
        return store;
    }
}
