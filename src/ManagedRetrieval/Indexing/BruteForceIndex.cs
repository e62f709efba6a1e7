using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>Exact top-k search: every candidate is scored.</summary>
/// <remarks>
/// Immutable, so any number of threads may search at once. A query gets the same bits alone or in a batch. Results are
/// sorted by score, highest first, then by row.
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed class BruteForceIndex<TId> : TopKIndex<TId>, IStoredIndex
    where TId : notnull
{
    internal const string TypeName = "brute_force";

    private const string RowsName = IndexCodec.Prefix + "embeddings";

    private readonly IComputeBackend<float> _backend;
    private readonly Lazy<IDisposable?> _prepared;

    /// <summary>Builds an index.</summary>
    /// <param name="candidateEmbeddings">[candidates, d], all finite; shared, not copied, so they must not change; copied where they are brought to length 1.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite.</exception>
    public BruteForceIndex(
        Tensor<float> candidateEmbeddings,
        IReadOnlyList<TId> identifiers,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null,
        Similarity similarity = Similarity.DotProduct)
        : base(Checked(candidateEmbeddings, identifiers), identifiers, similarity)
    {
        Embeddings = candidateEmbeddings;
        if (similarity == Similarity.Cosine)
        {
            Embeddings = new Tensor<float>(candidateEmbeddings.Shape);
            UnitRows.Write(candidateEmbeddings.Span, Dimensions, Embeddings.Span);
        }

        _backend = backend ?? new CpuBackend<float>(workers ?? WorkerTeam.Inline);
        _prepared = WhenSearched();
    }

    private BruteForceIndex(Tensor<float> rows, IndexParts<TId> parts)
        : base(rows.Shape.RowLength, parts.Identifiers, parts.Similarity)
    {
        Embeddings = rows;
        _backend = parts.Backend ?? new CpuBackend<float>(parts.Workers ?? WorkerTeam.Inline);
        _prepared = WhenSearched();
    }

    /// <summary>The candidates' embeddings, [candidates, d], of length 1 where the similarity is the cosine; they must not be changed.</summary>
    public Tensor<float> Embeddings { get; }

    /// <inheritdoc/>
    public override bool IsExact => true;

    string IStoredIndex.Type => TypeName;

    /// <summary>Builds an index of a source, whose rows are copied.</summary>
    /// <param name="source">It is read once; the identifiers are copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">There are no candidates, or more than one array can hold.</exception>
    /// <exception cref="InvalidDataException">The source gives more or fewer candidates than it says, or a row of another dimension, without identifier, or not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static BruteForceIndex<TId> Build(
        ICandidateSource<TId> source,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null,
        Similarity similarity = Similarity.DotProduct,
        CancellationToken cancellationToken = default)
    {
        int dimensions = CandidateReader.Check(source);
        if ((long)source.Count * dimensions > Array.MaxLength - AlignedBuffer.Alignment)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{source.Count} rows of {dimensions} numbers are more than one array can hold; share them out to several indexes."), nameof(source));
        }

        var rows = new Tensor<float>(new Shape(source.Count, dimensions));
        var identifiers = new TId[source.Count];
        foreach ((int first, CandidateBatch<TId> batch) in CandidateReader.Read(source, cancellationToken))
        {
            batch.Embeddings.Span.CopyTo(rows.Span[(first * dimensions)..]);
            CandidateReader.CopyIdentifiers(batch, identifiers.AsSpan(first));
        }

        return new BruteForceIndex<TId>(rows, identifiers, workers, backend, similarity);
    }

    internal static BruteForceIndex<TId> Read(IndexParts<TId> parts)
    {
        parts.AllowOnly();
        Tensor<float> rows = SnapshotTensors.View(parts.File, RowsName, 2);
        IndexArguments.CheckCounts(rows.Shape, parts.Identifiers.Count, "candidateEmbeddings");
        return new BruteForceIndex<TId>(rows, parts);
    }

    void IStoredIndex.WriteTo(Utf8JsonWriter json, SafetensorsWriter writer) => SnapshotTensors.Add(writer, RowsName, Embeddings);

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        _ = _prepared.Value;
        _backend.TopK(queries, Embeddings, scores.Shape.RowLength, scores, rows, limits.Excluded, limits.Offsets, limits.Admitted);
    }

    /// <remarks>On the processor whatever the backend: few rows are not worth a transfer.</remarks>
    private protected override void ScoreRows(ReadOnlySpan<float> query, ReadOnlySpan<int> rows, Span<float> scores) =>
        RowScores.Write(query, Embeddings, rows, scores);

    /// <summary>Rows that are only saved are not prepared; and what fails once, such as a device that is lost, is tried again.</summary>
    private Lazy<IDisposable?> WhenSearched() => new(() => _backend.PrepareRows(Embeddings), LazyThreadSafetyMode.PublicationOnly);

    private static int Checked(Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers)
    {
        IndexArguments.CheckRows(candidateEmbeddings, identifiers, nameof(candidateEmbeddings));
        return candidateEmbeddings.Shape.RowLength;
    }
}
