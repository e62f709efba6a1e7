using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing.Partitioned;

namespace ManagedRetrieval.Indexing;

/// <summary>Approximate top-k search: the partitions whose centroids score best are scanned in compressed form, and the best rows of the scan are scored.</summary>
/// <remarks>
/// <para>
/// Rows lie in partitions around centroids (k-means). For a query the <see cref="Probes"/> partitions with the highest q · centroid are
/// scanned by 4-bit codes, looked up in registers (product quantisation of what lies beside the centroid, with the anisotropic loss of Guo
/// et al., ICML 2020), or by bytes; the <see cref="Rescored"/> best are scored as <see cref="PartitionedRescoring"/> says, and the k best of them
/// are the answer. What was not scanned, or scanned too low, is missed: measure how often.
/// </para>
/// <para>
/// Memory for a row of d dimensions: d / 4 bytes of codes (with sub-spaces of 2) and d + 4 of residuals, 88 in all with 64 dimensions, with
/// lists of bytes 72, and a little for centroids. A filter on identifiers takes 4 more when it is first used.
/// </para>
/// <para>
/// Rows that a filter keeps out take no place among those that are scored, and where the partitions to be probed hold fewer than
/// these, more are probed. Immutable, so any number of threads may search at once; the same bits alone or in a batch, and for any
/// number of workers.
/// </para>
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed partial class PartitionedIndex<TId> : TopKIndex<TId>
    where TId : notnull
{
    private readonly WorkerTeam _team;

    /// <summary>Takes what was built before, such as what a file holds.</summary>
    /// <exception cref="ArgumentException">Rows and identifiers differ in number.</exception>
    internal PartitionedIndex(
        PartitionedStore store, IReadOnlyList<TId> identifiers, Similarity similarity, int probes, int rescored, WorkerTeam team, MeasuredRecall? measured = null)
        : base(store.Dimensions, identifiers, similarity)
    {
        Argument.OneForEach(nameof(identifiers), identifiers.Count, store.Count, "rows");

        (Store, Probes, Rescored, _team, Measured) = (store, Math.Min(probes, store.Partitions), Math.Min(rescored, store.Count), team, measured);
    }

    private PartitionedIndex(PartitionedIndex<TId> other, int probes, int rescored, MeasuredRecall? measured)
        : base(other) =>
        (Store, Probes, Rescored, _team, Measured) =
            (other.Store, Math.Min(probes, other.Store.Partitions), Math.Min(rescored, other.Store.Count), other._team, measured);

    /// <inheritdoc/>
    public override bool IsExact => false;

    /// <summary>The number of partitions.</summary>
    public int Partitions => Store.Partitions;

    /// <summary>How many partitions a search scans.</summary>
    public int Probes { get; }

    /// <summary>How many rows a search scores, where k is not more.</summary>
    public int Rescored { get; }

    /// <summary>What <see cref="Tune"/> measured with these settings; null where it did not.</summary>
    public MeasuredRecall? Measured { get; }

    /// <summary>What lists hold.</summary>
    public PartitionedLists Lists => Store.HasCodes ? PartitionedLists.FourBit : PartitionedLists.EightBit;

    /// <summary>What rows are scored by.</summary>
    public PartitionedRescoring Rescoring => !Store.Parts.Floats.IsEmpty ? PartitionedRescoring.FullPrecision
        : !Store.Parts.Halves.IsEmpty ? PartitionedRescoring.HalfPrecision
        : PartitionedRescoring.EightBit;

    /// <summary>Bytes that centroids, lists and rows take, without identifiers.</summary>
    public long StoredBytes => Store.Parts.Bytes;

    /// <summary>Where rows lie.</summary>
    internal PartitionedStore Store { get; }

    /// <inheritdoc/>
    internal override float GreatestMagnitude => Greatest(Rescoring, Similarity);

    /// <summary>Builds an index of rows in memory.</summary>
    /// <param name="candidateEmbeddings">[candidates, d], all finite.</param>
    /// <param name="identifiers">One for each row; copied.</param>
    /// <param name="options">Null for the standard ones.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="workers">Shares out the work, of building and of searches; null works on the calling thread. It is used, not owned.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or there is no such similarity.</exception>
    /// <exception cref="ArgumentException">
    /// There are no rows, or more than an array can hold, or not as many identifiers, or a row is not finite or holds a number of a magnitude over 10¹⁵, or of 65,520 or more for
    /// half precision, and is not brought to length 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PartitionedIndex<TId> Build(
        Tensor<float> candidateEmbeddings,
        IReadOnlyList<TId> identifiers,
        PartitionedOptions? options = null,
        Similarity similarity = Similarity.DotProduct,
        WorkerTeam? workers = null,
        IProgress<PartitionedBuildProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Build(Checked(candidateEmbeddings, identifiers, options, similarity), options, similarity, workers, progress, cancellationToken);

    /// <summary>Builds an index of rows that are read in three passes, none of which holds them all.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">Null for the standard ones.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <param name="workers">Shares out the work, of building and of searches; null works on the calling thread. It is used, not owned.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or would take more than an array can hold, or there is no such similarity; no row was read.</exception>
    /// <exception cref="ArgumentException">There are no candidates, or more than an array can hold.</exception>
    /// <exception cref="InvalidDataException">
    /// The source gives more or fewer candidates than it says, or a row of another dimension, without identifier, not finite, or with a number of a magnitude over 10¹⁵, or of
    /// 65,520 or more for half precision, that is not brought to length 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PartitionedIndex<TId> Build(
        ICandidateSource<TId> source,
        PartitionedOptions? options = null,
        Similarity similarity = Similarity.DotProduct,
        WorkerTeam? workers = null,
        IProgress<PartitionedBuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new PartitionedOptions();
        var plan = PartitionedPlan.Of(options, source);
        var rows = new PassedCandidates<TId>(source, similarity, Greatest(options.Rescoring, similarity), cancellationToken);
        PartitionedStore store = new PartitionedBuild<TId>(rows, plan, workers ?? WorkerTeam.Inline, progress, cancellationToken).Run();
        return new PartitionedIndex<TId>(store, rows.Identifiers, similarity, plan.Probes, plan.Rescored, workers ?? WorkerTeam.Inline);
    }

    /// <summary>The same index with other settings for searches; it shares all memory, and of a mapped file each is disposed of on its own.</summary>
    /// <param name="probes">How many partitions a search scans, at least 1.</param>
    /// <param name="rescored">How many rows it scores, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is less than 1.</exception>
    /// <exception cref="ObjectDisposedException">The index was disposed.</exception>
    public PartitionedIndex<TId> With(int probes, int rescored)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(probes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rescored, 1);
        return new PartitionedIndex<TId>(this, probes, rescored, measured: null);
    }

    /// <summary>The same index with the settings that reach a recall with the least work; it shares all memory, and of a mapped file each is disposed of on its own.</summary>
    /// <remarks>
    /// Work is counted, not timed: a scanned row of 4-bit codes is one unit, of bytes eight, and a scored row 32; so the same
    /// settings are found on every machine. Recall is the share of exact search's k best that a search finds, the mean over the queries.
    /// Where no setting reaches it, the most thorough one is taken, and <see cref="Measured"/> says what that reaches.
    /// </remarks>
    /// <param name="targetRecall">What to reach, more than 0, at most 1.</param>
    /// <param name="heldQueries">[queries, d] or [queries, heads, d], at least one: some hundreds like those to come, which the index was not built with.</param>
    /// <param name="source">The rows that the index was built from: what is compared with is exact.</param>
    /// <param name="k">The number of answers.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is not in its range, or k is less than 1.</exception>
    /// <exception cref="ArgumentException">There are no queries or they do not fit, or the source has not as many rows of as many dimensions as the index.</exception>
    /// <exception cref="ObjectDisposedException">The index was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PartitionedIndex<TId> Tune(
        double targetRecall, Tensor<float> heldQueries, ICandidateSource<TId> source, int k = 10, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (targetRecall is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(targetRecall), targetRecall, "The recall to reach must be more than 0 and at most 1.");
        }

        Shape shape = IndexArguments.CheckQueries(heldQueries, k, Dimensions, Similarity);
        if (shape.Rows == 0 || source.Count != Count || source.Dimensions != Dimensions)
        {
            throw new ArgumentException(
                $"Tuning takes at least one query and the {Count} rows of {Dimensions} dimensions that the index was built from, not {shape.Rows} queries and {source.Count} rows of {source.Dimensions}.",
                shape.Rows == 0 ? nameof(heldQueries) : nameof(source));
        }

        using MappedHold hold = Hold();
        MeasuredRecall found = new PartitionedTuning<TId>(this, heldQueries, source, Math.Min(k, Count), _team, cancellationToken).Find(targetRecall);
        return new PartitionedIndex<TId>(this, found.Probes, found.Rescored, found);
    }

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        int heads = queries.Shape.Rank == 3 ? queries.Shape[1] : 1;
        long elements = Math.Max(Partitions, 2L * Math.Min(Math.Max(Rescored, scores.Shape.RowLength), Count)) * heads;
        if (elements > Array.MaxLength)
        {
            throw new ArgumentException($"queryEmbeddings has {heads} heads, whose scores of partitions and rows would take an array of {elements}; one holds {Array.MaxLength}.", nameof(queries));
        }

        new PartitionedSearch
        {
            Store = Store,
            Queries = queries.Span,
            Heads = heads,
            Probes = limits.Admitted.IsEmpty ? Probes : ProbesAmong(RowSet.Count(limits.Admitted)),
            Rescored = Rescored,
            Scores = scores.Span,
            Rows = rows,
            K = scores.Shape.RowLength,
            Admitted = limits.Admitted,
            Excluded = limits.Excluded,
            ExcludedOffsets = limits.Offsets,
            CancellationToken = cancellationToken,
        }.RunAll(_team);
    }

    /// <summary>
    /// How many partitions are scanned where some rows may be found: the fewer, the farther down the order of all rows the k best of
    /// them lie, and in the more partitions. Measured, the square root of what is left keeps the recall that there is without a filter.
    /// </summary>
    private int ProbesAmong(int admitted) => (int)Math.Min(Partitions, Math.Ceiling(Probes * Math.Sqrt((double)Count / Math.Max(1, admitted))));

    private static float Greatest(PartitionedRescoring rescoring, Similarity similarity) => IndexArguments.Check(similarity) == Similarity.Cosine ? float.MaxValue
        : rescoring == PartitionedRescoring.HalfPrecision ? IndexArguments.GreatestHalf
        : IndexArguments.GreatestMagnitude;

    private static TensorCandidates<TId> Checked(
        Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers, PartitionedOptions? options, Similarity similarity)
    {
        IndexArguments.CheckRows(candidateEmbeddings, identifiers, nameof(candidateEmbeddings), Greatest(options?.Rescoring ?? default, similarity));
        return new TensorCandidates<TId>(candidateEmbeddings, identifiers, checkWhenRead: true);
    }
}
