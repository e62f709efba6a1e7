using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>An index that candidates are added to and deleted from while others search.</summary>
/// <remarks>
/// <para>
/// A search takes the snapshot that is current when it starts, and sees nothing of what comes later; it takes no lock and never waits. Writers
/// wait for each other. A change, be it of one candidate or of many, is published as one: a search sees all of it or none.
/// </para>
/// <para>
/// It stands on a fixed index of any kind, whose rows can be deleted, and on rows that were added since, which are searched exactly. Rows are
/// numbered on from the one to the other, in the order in which they were added. A candidate that replaces another gets a new row. Deleted rows
/// and replaced ones keep their memory until a compaction builds the fixed index anew.
/// </para>
/// <para>
/// The builder may return another kind of index from one compaction to the next, such as a smaller one for more candidates. A row may be added whose numbers every kind
/// takes that was built so far. Where a new kind takes less, its refusal, which names a candidate, comes out of the compaction; nothing is changed then, and searches go on:
/// delete or replace that candidate, and compact again.
/// </para>
/// <para>
/// Memory besides that of the fixed index: 4 · d bytes for each row that was added (8 · d for the cosine) and some 100 bytes for its identifier; a map of the
/// identifiers of the fixed index, some 30 bytes for each; and the candidates that the next compaction builds from, wherever they are kept: by default in memory.
/// </para>
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed partial class LiveIndex<TId> : ITopKIndex<TId>
    where TId : notnull
{
    private readonly Func<ICandidateSource<TId>, CancellationToken, TopKIndex<TId>> _build;
    private readonly LiveIndexOptions<TId> _options;
    private readonly Lock _writing = new();

    private LiveSnapshot<TId> _current;

    /// <summary>Starts without candidates.</summary>
    /// <param name="dimensions">At least 1.</param>
    /// <param name="build">
    /// Builds an index over all candidates of a source, in their order; called by compactions. Where a number of a magnitude of 65,520 or more comes before the first of them, it is
    /// also called for that row alone, brought to magnitudes up to 1, to see which numbers it takes.
    /// </param>
    /// <param name="similarity">What makes a score; that of the indexes to be built, too.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no dimensions, or there is no such similarity.</exception>
    public LiveIndex(
        int dimensions,
        Func<ICandidateSource<TId>, CancellationToken, TopKIndex<TId>> build,
        Similarity similarity = Similarity.DotProduct,
        LiveIndexOptions<TId>? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentNullException.ThrowIfNull(build);
        (_build, _options) = (build, options ?? new LiveIndexOptions<TId>());
        var added = new AddedIndex<TId>(dimensions, similarity, _options.Workers ?? WorkerTeam.Inline);
        _current = new LiveSnapshot<TId>(0, null, DeletedRows.None, added, DeletedRows.None);
    }

    /// <summary>Starts with an index that was built or loaded.</summary>
    /// <param name="index">The index; shared. Every row that bears an identifier is replaced or deleted with it.</param>
    /// <param name="candidates">What it was built from, which it need not keep itself; read by the next compaction, so it must not change.</param>
    /// <param name="build">Builds such an index over all candidates of a source, in their order; called by compactions.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">Index and candidates differ in number or dimension.</exception>
    public LiveIndex(
        TopKIndex<TId> index,
        ICandidateSource<TId> candidates,
        Func<ICandidateSource<TId>, CancellationToken, TopKIndex<TId>> build,
        LiveIndexOptions<TId>? options = null)
        : this(DimensionsOf(index), build, index.Similarity, options)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (index.Count != candidates.Count || index.Dimensions != candidates.Dimensions)
        {
            throw new ArgumentException(Differing("candidates", index, candidates), nameof(candidates));
        }

        // Made here, so that the first writer need not wait for it.
        _ = index.RowsByIdentifier;
        _greatest = index.GreatestMagnitude;
        _current = new LiveSnapshot<TId>(0, new LiveBase<TId>(index, candidates), DeletedRows.None, _current.Added, DeletedRows.None);
    }

    /// <inheritdoc/>
    public int Count => Snapshot().Count;

    /// <inheritdoc/>
    public int Dimensions => Snapshot().Dimensions;

    /// <inheritdoc/>
    public bool IsExact => Snapshot().IsExact;

    /// <inheritdoc/>
    public Similarity Similarity => Snapshot().Similarity;

    /// <inheritdoc cref="LiveSnapshot{TId}.Version"/>
    public long Version => Snapshot().Version;

    /// <summary>The candidates of this moment, to search or to save, whatever is written later.</summary>
    public LiveSnapshot<TId> Snapshot() => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public void Search(
        Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, TopKResults<TId> results, CancellationToken cancellationToken = default) =>
        Snapshot().Search(queryEmbeddings, k, filter, results, cancellationToken);

    /// <summary>Adds a candidate, or puts it in the place of the one of that name.</summary>
    /// <param name="identifier">Its name.</param>
    /// <param name="embedding">[d], finite; copied.</param>
    /// <returns>Whether it is new.</returns>
    /// <exception cref="ArgumentException">The embedding has another dimension, or is not finite, or holds a number that no index could be built of.</exception>
    /// <exception cref="InvalidOperationException">The builder was asked what it takes, and returned null; nothing is changed.</exception>
    public bool Upsert(TId identifier, ReadOnlySpan<float> embedding)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        if (embedding.Length != Dimensions)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"embedding must have {Dimensions} elements, not {embedding.Length}."), nameof(embedding));
        }

        return Upsert([identifier], new Tensor<float>(new Shape(1, embedding.Length), embedding.ToArray()), nameof(embedding)) == 1;
    }

    /// <summary>Adds candidates, or puts them in the place of those of the same names; published as one.</summary>
    /// <param name="identifiers">One for each row. Of several rows with one identifier the last one stays, as if they had come one after the other.</param>
    /// <param name="embeddings">[candidates, d], all finite; copied.</param>
    /// <returns>How many are new.</returns>
    /// <exception cref="ArgumentException">The embeddings have another dimension, rows and identifiers differ in number, or a row is not finite or holds a number that no index could be built of; nothing is changed then.</exception>
    /// <exception cref="InvalidOperationException">The builder was asked what it takes, and returned null; nothing is changed.</exception>
    public int Upsert(IReadOnlyList<TId> identifiers, Tensor<float> embeddings)
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        Shape shape = embeddings.Shape;
        if (shape.Rank != 2 || shape.RowLength != Dimensions)
        {
            throw Argument.OtherShape(nameof(embeddings), $"[candidates, {Dimensions}]", shape);
        }

        if (shape.Rows == 0 && identifiers.Count == 0)
        {
            return 0;
        }

        // Copied before the lock is taken: a list of the caller's may do anything.
        return Upsert([.. identifiers], embeddings, nameof(embeddings));
    }

    /// <summary>Deletes a candidate.</summary>
    /// <returns>Whether there was one of that name.</returns>
    public bool Delete(TId identifier)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        return Delete([identifier]) == 1;
    }

    /// <summary>Deletes candidates; published as one.</summary>
    /// <param name="identifiers">Those that no candidate bears are ignored.</param>
    /// <returns>How many were there.</returns>
    /// <exception cref="ArgumentException">An identifier is null; nothing is changed then.</exception>
    public int Delete(IReadOnlyCollection<TId> identifiers)
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        TId[] copied = [.. identifiers];
        if (Array.Exists(copied, static identifier => identifier is null))
        {
            throw new ArgumentException("identifiers must not hold null.", nameof(identifiers));
        }

        lock (_writing)
        {
            var edit = new LiveEdit<TId>(_current);
            int deleted = copied.Count(edit.Delete);
            if (deleted > 0)
            {
                Publish(edit.Finish());
            }

            return deleted;
        }
    }

    private static int DimensionsOf(TopKIndex<TId> index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return index.Dimensions;
    }

    private static string Differing(string what, TopKIndex<TId> index, ICandidateSource<TId> candidates) => FormattableString.Invariant(
        $"{what} must be those of the index, {index.Count} with {index.Dimensions} dimensions, not {candidates.Count} with {candidates.Dimensions}.");

    private int Upsert(TId[] identifiers, Tensor<float> embeddings, string argument)
    {
        IndexArguments.CheckRows(embeddings, identifiers, argument);
        bool hasGreat = HasGreat(embeddings, identifiers);
        lock (_writing)
        {
            if (hasGreat)
            {
                // Here, since a compaction may just have built an index of another kind.
                IndexArguments.CheckRows(embeddings, identifiers, argument, _greatest);
            }

            var edit = new LiveEdit<TId>(_current);
            int added = edit.Upsert(identifiers, embeddings.Span);
            Publish(edit.Finish());
            return added;
        }
    }

    /// <summary>Only under the lock of writers.</summary>
    private void Publish(LiveSnapshot<TId> next)
    {
        Volatile.Write(ref _current, next);
        CompactIfDue(next);
    }
}
