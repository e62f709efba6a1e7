using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>What the library's indexes over a fixed set of rows share: checks, filters, names, and the exact scan of few rows.</summary>
/// <remarks>Only one that <see cref="IndexFile.Map"/> mapped, or whose rows a backend keeps on its device, has something to dispose of.</remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public abstract partial class TopKIndex<TId> : ITopKIndex<TId>, IDisposable
    where TId : notnull
{
    private readonly Lazy<IdentifierRows<TId>> _rows;

    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    private protected TopKIndex(int dimensions, IReadOnlyList<TId> identifiers, Similarity similarity)
    {
        (Dimensions, RowIdentifiers, Similarity) = (dimensions, identifiers, IndexArguments.Check(similarity));
        _rows = new Lazy<IdentifierRows<TId>>(() => new FixedIdentifierRows<TId>(identifiers));
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    private protected TopKIndex(int dimensions, IReadOnlyList<TId> identifiers, Similarity similarity, IdentifierRows<TId> rows)
    {
        (Dimensions, RowIdentifiers, Similarity) = (dimensions, identifiers, IndexArguments.Check(similarity));
        _rows = new Lazy<IdentifierRows<TId>>(rows);
    }

    /// <summary>Takes over the identifiers, the map of them and the model's version of an index over the same rows, and a part in its file.</summary>
    /// <exception cref="ObjectDisposedException">The index was disposed.</exception>
    private protected TopKIndex(TopKIndex<TId> other)
    {
        (Dimensions, RowIdentifiers, Similarity, _rows) = (other.Dimensions, other.RowIdentifiers, other.Similarity, other._rows);
        (ModelVersion, File) = (other.ModelVersion, other.File?.Share());
    }

    /// <inheritdoc/>
    public int Count => RowIdentifiers.Count;

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public abstract bool IsExact { get; }

    /// <inheritdoc/>
    public Similarity Similarity { get; }

    /// <summary>The candidates' identifiers, row by row.</summary>
    /// <exception cref="ObjectDisposedException">The index was disposed before they were first asked for.</exception>
    public IReadOnlyList<TId> Identifiers
    {
        get
        {
            File?.LetOut();
            return RowIdentifiers;
        }
    }

    /// <summary>
    /// Which state of which model its rows were made by, 16 hexadecimal digits of the model's parameters, vocabularies and description; null until a
    /// retriever has taken it in.
    /// </summary>
    public string? ModelVersion { get; internal set; }

    /// <summary>Its part in the file that its rows lie in; null where it is not mapped.</summary>
    internal SharedFile? File { get; set; }

    /// <summary>The identifiers, for who holds the file.</summary>
    internal IReadOnlyList<TId> RowIdentifiers { get; }

    /// <summary>The rows that bear identifiers; made when it is first asked for.</summary>
    internal IdentifierRows<TId> RowsByIdentifier
    {
        get
        {
            using MappedHold hold = Hold();
            return _rows.Value;
        }
    }

    /// <summary>Shares out the work of a search.</summary>
    internal virtual WorkerTeam Workers => WorkerTeam.Inline;

    /// <summary>What the numbers of rows that such an index is built of may be at most.</summary>
    internal virtual float GreatestMagnitude => float.MaxValue;

    /// <summary>Holds all tensors of the mapped file that the index lies in against their checksums, and the header against the rows, which mapping leaves out; does nothing for another index.</summary>
    /// <param name="progress">Told the bytes that were read; null for nobody.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">A tensor is damaged, or the header does not fit the rows; the message names which.</exception>
    /// <exception cref="ObjectDisposedException">The index was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        if (File is null)
        {
            return;
        }

        File.Verify(progress, cancellationToken);
        using MappedHold hold = File.Hold();
        try
        {
            CheckMapped(cancellationToken);
        }
        catch (FormatException failure)
        {
            throw new SnapshotFormatException($"'{File.Source}': {failure.Message}", failure);
        }
    }

    /// <summary>Lets go of the mapped file that the index lies in, and of rows that a backend keeps on its device; an index that is not mapped can be searched on.</summary>
    /// <remarks>
    /// <para>
    /// The mapping ends at once, or with the last of the searches that run, which end as usual. What is asked later is an <see cref="ObjectDisposedException"/>.
    /// An index with other settings, made of this one, shares the file and is disposed of on its own: the mapping ends with the last of them. Where the rows or
    /// <see cref="Identifiers"/> were asked for they stay readable, and the mapping ends when the garbage collector finds that nothing refers to them.
    /// </para>
    /// <para>Windows refuses to delete or replace a file as long as it is mapped.</para>
    /// </remarks>
    public void Dispose()
    {
        LetGo();
        File?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    /// <exception cref="SnapshotFormatException">The index lies in a mapped file that is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The index was disposed.</exception>
    public void Search(
        Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, TopKResults<TId> results, CancellationToken cancellationToken = default) =>
        Search(queryEmbeddings, k, filter, results, alive: default, cancellationToken);

    /// <summary>The same among the rows that are alive: a bit for each of them, or empty for all.</summary>
    internal void Search(
        Tensor<float> queryEmbeddings,
        int k,
        CandidateFilter<TId>? filter,
        TopKResults<TId> results,
        ReadOnlySpan<ulong> alive,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(results);
        using MappedHold hold = Hold();
        Shape shape = IndexArguments.CheckQueries(queryEmbeddings, k, Dimensions, Similarity);
        int kept = Math.Min(k, Count);
        IndexArguments.CheckRoom(shape.Rows, kept, k);
        RowFilter<TId> rows = results.Filter;
        rows.Resolve(filter, shape.Rows, RowIdentifiers, _rows, alive, cancellationToken);
        results.Prepare(shape.Rows, kept);
        Tensor<float> queries = Similarity == Similarity.Cosine ? results.UnitQueries(queryEmbeddings) : queryEmbeddings;
        for (int start = 0, end; start < shape.Rows; start = end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool searched = IsSearched(rows, start);
            for (end = start + 1; end < shape.Rows && IsSearched(rows, end) == searched; end++)
            {
            }

            if (!searched)
            {
                ScanRows(queries, start, end - start, results, cancellationToken);
                continue;
            }

            SearchRows(
                queries.Rows(start, end - start), results.ScoresOf(start, end - start), results.RowsOf(start, end - start), rows.Limits(start, end - start),
                cancellationToken);
            for (int query = start; query < end && !IsExact; query++)
            {
                // What was left out of the search may hold the rest.
                if (results.RowsOf(query, 1).IndexOf(-1) is >= 0 and var found && found < rows.AdmissibleCount(query))
                {
                    RankRows(queries.Row(query), rows.Admissible(query), results.ScoresOf(query, 1).Span, results.RowsOf(query, 1), cancellationToken);
                }
            }
        }

        results.Name(RowIdentifiers);

        // Rows may lie in a file that the caller mapped. Spans do not keep it mapped; this does.
        GC.KeepAlive(this);
    }

    /// <summary>Keeps the file that the rows lie in mapped until what it returns is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The index was disposed.</exception>
    internal MappedHold Hold() => File?.Hold() ?? default;

    /// <summary>Gives up what a backend keeps for searches, which does not end those that run.</summary>
    private protected virtual void LetGo()
    {
    }

    /// <summary>Checks of a mapped file what is checked of one that is loaded, but for what checksums tell.</summary>
    /// <exception cref="FormatException">The header does not fit the rows.</exception>
    private protected virtual void CheckMapped(CancellationToken cancellationToken)
    {
    }

    /// <summary>Finds the best rows of some queries; NaN and −1 after the last.</summary>
    /// <param name="queries">[queries, d] or [queries, heads, d], checked.</param>
    /// <param name="scores">[queries, k].</param>
    /// <param name="rows">[queries, k].</param>
    /// <param name="limits">Which rows may be found.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    private protected abstract void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken);
}
