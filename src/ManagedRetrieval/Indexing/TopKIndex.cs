using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>What the library's indexes over a fixed set of rows share: checks, filters, names, and the exact scan of few rows.</summary>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public abstract partial class TopKIndex<TId> : ITopKIndex<TId>
    where TId : notnull
{
    private readonly Lazy<IdentifierRows<TId>> _rows;

    private protected TopKIndex(int dimensions, IReadOnlyList<TId> identifiers, Similarity similarity)
    {
        (Dimensions, Identifiers, Similarity) = (dimensions, identifiers, similarity);
        _rows = new Lazy<IdentifierRows<TId>>(() => new FixedIdentifierRows<TId>(identifiers));
    }

    private protected TopKIndex(int dimensions, IReadOnlyList<TId> identifiers, Similarity similarity, IdentifierRows<TId> rows)
    {
        (Dimensions, Identifiers, Similarity) = (dimensions, identifiers, similarity);
        _rows = new Lazy<IdentifierRows<TId>>(rows);
    }

    /// <summary>Takes over the identifiers, the map of them and the model's version of an index over the same rows.</summary>
    private protected TopKIndex(TopKIndex<TId> other)
    {
        (Dimensions, Identifiers, Similarity, _rows) = (other.Dimensions, other.Identifiers, other.Similarity, other._rows);
        (ModelVersion, File) = (other.ModelVersion, other.File);
    }

    /// <inheritdoc/>
    public int Count => Identifiers.Count;

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public abstract bool IsExact { get; }

    /// <inheritdoc/>
    public Similarity Similarity { get; }

    /// <summary>The candidates' identifiers, row by row.</summary>
    public IReadOnlyList<TId> Identifiers { get; }

    /// <summary>
    /// Which parameters of a model its rows were made by, 16 hexadecimal digits; null until a retriever has taken it in.
    /// </summary>
    public string? ModelVersion { get; internal set; }

    /// <summary>The file that it was read from on its own; null for none.</summary>
    internal SafetensorsFile? File { get; set; }

    /// <summary>The rows that bear identifiers; made when it is first asked for.</summary>
    internal IdentifierRows<TId> RowsByIdentifier => _rows.Value;

    /// <summary>Shares out the work of a search.</summary>
    internal virtual WorkerTeam Workers => WorkerTeam.Inline;

    /// <summary>What the numbers of rows that such an index is built of may be at most.</summary>
    internal virtual float GreatestMagnitude => float.MaxValue;

    /// <summary>Holds all tensors of a file that <see cref="IndexFile.Map"/> mapped against their checksums, which mapping leaves out; does nothing for another index.</summary>
    /// <param name="progress">Told the bytes that were read; null for nobody.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">A tensor is damaged; the message names it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        if (File is { IsMapped: true })
        {
            File.Verify(progress, cancellationToken);
        }
    }

    /// <inheritdoc/>
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
        Shape shape = IndexArguments.CheckQueries(queryEmbeddings, k, Dimensions, Similarity);
        int kept = Math.Min(k, Count);
        IndexArguments.CheckRoom(shape.Rows, kept, k);
        RowFilter<TId> rows = results.Filter;
        rows.Resolve(filter, shape.Rows, Identifiers, _rows, alive, cancellationToken);
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
                    RankRows(queries.Row(query), rows.Admissible(query), results.ScoresOf(query, 1).Span, results.RowsOf(query, 1));
                }
            }
        }

        results.Name(Identifiers);

        // Spans of a mapped file do not keep it mapped; this does.
        GC.KeepAlive(this);
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
