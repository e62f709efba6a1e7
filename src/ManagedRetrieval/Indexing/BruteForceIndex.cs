using System.Text.Json;
using ManagedRetrieval.Engine.Backends;
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
    private readonly Tensor<float> _rows;
    private readonly WorkerTeam _workers;
    private readonly Lock _preparing = new();
    private IDisposable? _prepared;
    private bool _isPrepared;

    /// <summary>Builds an index.</summary>
    /// <param name="candidateEmbeddings">[candidates, d], all finite; shared, not copied, so they must not change; copied where they are brought to length 1.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    public BruteForceIndex(
        Tensor<float> candidateEmbeddings,
        IReadOnlyList<TId> identifiers,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null,
        Similarity similarity = Similarity.DotProduct)
        : base(Checked(candidateEmbeddings, identifiers), identifiers, similarity)
    {
        _rows = candidateEmbeddings;
        if (similarity == Similarity.Cosine)
        {
            _rows = new Tensor<float>(candidateEmbeddings.Shape);
            UnitRows.Write(candidateEmbeddings.Span, Dimensions, _rows.Span);
        }

        _workers = workers ?? WorkerTeam.Inline;
        _backend = backend ?? new CpuBackend<float>(_workers);
    }

    private BruteForceIndex(Tensor<float> rows, IndexParts<TId> parts)
        : base(rows.Shape.RowLength, parts.Identifiers, parts.Similarity)
    {
        _rows = rows;
        _workers = parts.Workers ?? WorkerTeam.Inline;
        _backend = parts.Backend ?? new CpuBackend<float>(_workers);
    }

    /// <summary>The candidates' embeddings, [candidates, d], of length 1 where the similarity is the cosine; they must not be changed.</summary>
    /// <exception cref="ObjectDisposedException">The index was disposed before they were first asked for.</exception>
    public Tensor<float> Embeddings
    {
        get
        {
            File?.LetOut();
            return _rows;
        }
    }

    /// <inheritdoc/>
    public override bool IsExact => true;

    /// <inheritdoc/>
    internal override WorkerTeam Workers => _workers;

    string IStoredIndex.Type => TypeName;

    /// <summary>Builds an index of a source, whose rows are copied.</summary>
    /// <param name="source">It is read once; the identifiers are copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">There are no candidates, or more than one array can hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    /// <exception cref="InvalidDataException">The source gives more or fewer candidates than it says, or a row of another dimension, without identifier, or not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static BruteForceIndex<TId> Build(
        ICandidateSource<TId> source,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null,
        Similarity similarity = Similarity.DotProduct,
        CancellationToken cancellationToken = default)
    {
        IndexArguments.Check(similarity);
        (Tensor<float> rows, TId[] identifiers) = CandidateReader.Copy(source, cancellationToken);
        return new BruteForceIndex<TId>(rows, identifiers, workers, backend, similarity);
    }

    internal static BruteForceIndex<TId> Read(IndexParts<TId> parts)
    {
        parts.AllowOnly();
        Tensor<float> rows = SnapshotTensors.View(parts.File, RowsName, 2);
        IndexArguments.CheckCounts(rows.Shape, parts.Identifiers.Count, "candidateEmbeddings");
        return new BruteForceIndex<TId>(rows, parts);
    }

    void IStoredIndex.WriteTo(Utf8JsonWriter json, SafetensorsWriter writer) => SnapshotTensors.Add(writer, RowsName, _rows);

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        Prepare();
        _backend.TopK(queries, _rows, scores.Shape.RowLength, scores, rows, limits.Excluded, limits.Offsets, limits.Admitted, cancellationToken);
    }

    /// <inheritdoc/>
    private protected override void LetGo()
    {
        lock (_preparing)
        {
            Volatile.Write(ref _isPrepared, true);
            _prepared?.Dispose();
        }
    }

    /// <remarks>On the processor whatever the backend: few rows are not worth a transfer.</remarks>
    private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores) =>
        RowScores.Write(queries, count, _rows, rows, scores);

    /// <summary>Rows that are only saved are not prepared; and what fails once, such as a device that is lost, is tried again.</summary>
    /// <remarks>Threads that search first at the same time wait for one of them: each copy on a device is as large as all rows.</remarks>
    private void Prepare()
    {
        if (Volatile.Read(ref _isPrepared))
        {
            return;
        }

        lock (_preparing)
        {
            if (!_isPrepared)
            {
                _prepared = _backend.PrepareRows(_rows);
                Volatile.Write(ref _isPrepared, true);
            }
        }
    }

    private static int Checked(Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers)
    {
        IndexArguments.CheckRows(candidateEmbeddings, identifiers, nameof(candidateEmbeddings));
        return candidateEmbeddings.Shape.RowLength;
    }
}
