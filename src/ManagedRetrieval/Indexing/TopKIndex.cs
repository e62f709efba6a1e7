using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>What the library's indexes over a fixed set of rows share: checks, filters, names, and the exact scan of few rows.</summary>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public abstract class TopKIndex<TId> : ITopKIndex<TId>
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
    /// Which state of which model its rows were made by, 16 hexadecimal digits of the model's parameters, vocabularies and description; null until a
    /// retriever has taken it in.
    /// </summary>
    public string? ModelVersion { get; internal set; }

    /// <summary>The file that it was read from on its own; null for none.</summary>
    internal SafetensorsFile? File { get; set; }

    /// <summary>The rows that bear identifiers; made when it is first asked for.</summary>
    internal IdentifierRows<TId> RowsByIdentifier => _rows.Value;

    /// <summary>Up to how many admissible rows are scored one by one rather than searched for.</summary>
    private protected virtual int ExactScanLimit => Count / 16;

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
        Tensor<float> queryEmbeddings, int k, TopKResults<TId> results, CandidateFilter<TId>? filter = null, CancellationToken cancellationToken = default) =>
        Search(queryEmbeddings, k, results, filter, alive: default, cancellationToken);

    /// <summary>The same among the rows that are alive: a bit for each of them, or empty for all.</summary>
    internal void Search(
        Tensor<float> queryEmbeddings,
        int k,
        TopKResults<TId> results,
        CandidateFilter<TId>? filter,
        ReadOnlySpan<ulong> alive,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(results);
        Shape shape = IndexArguments.CheckQueries(queryEmbeddings, k, Dimensions);
        int kept = Math.Min(k, Count);
        IndexArguments.CheckRoom(shape.Rows, kept, k);
        results.Filter.Resolve(filter, shape.Rows, Identifiers, _rows, alive);
        results.Prepare(shape.Rows, kept);
        Tensor<float> queries = Similarity == Similarity.Cosine ? results.UnitQueries(queryEmbeddings) : queryEmbeddings;
        int start = 0;
        while (start < shape.Rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = start;
            while (end < shape.Rows && IsSearched(results.Filter, end))
            {
                end++;
            }

            if (end > start)
            {
                SearchRows(
                    queries.Rows(start, end - start), results.ScoresOf(start, end - start), results.RowsOf(start, end - start),
                    results.Filter.Limits(start, end - start), cancellationToken);
                for (int query = start; query < end && !IsExact; query++)
                {
                    // What was left out of the search may hold the rest.
                    if (results.RowsOf(query, 1).IndexOf(-1) is >= 0 and var found && found < results.Filter.AdmissibleCount(query))
                    {
                        ScanRows(queries.Rows(query, 1), query, results);
                    }
                }
            }
            else
            {
                ScanRows(queries.Rows(start, 1), start, results);
                end = start + 1;
            }

            start = end;
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

    /// <summary>Scores one query against some rows, with the bits that a search gives these scores.</summary>
    /// <param name="query">[heads, d].</param>
    /// <param name="rows">Ascending.</param>
    /// <param name="scores">One for each row.</param>
    private protected abstract void ScoreRows(ReadOnlySpan<float> query, ReadOnlySpan<int> rows, Span<float> scores);

    /// <summary>Finds one query's best of some rows; NaN and −1 after the last.</summary>
    /// <param name="query">[heads, d].</param>
    /// <param name="rows">Ascending, without repetition.</param>
    /// <param name="scores">[k].</param>
    /// <param name="found">[k].</param>
    private protected void RankRows(ReadOnlySpan<float> query, ReadOnlySpan<int> rows, Span<float> scores, Span<int> found)
    {
        const int Chunk = 1024;
        scores.Fill(float.NaN);
        found.Fill(-1);
        int kept = Math.Min(found.Length, rows.Length);
        if (kept == 0)
        {
            return;
        }

        Span<int> size = stackalloc int[1];
        size.Clear();
        var sink = new TopKSink<float>(kept, scores[..kept], found[..kept], size);
        using var scratch = new Scratch<float>(Chunk);
        for (int start = 0; start < rows.Length; start += Chunk)
        {
            ReadOnlySpan<int> some = rows.Slice(start, Math.Min(Chunk, rows.Length - start));
            ScoreRows(query, some, scratch.Span[..some.Length]);
            sink.Accept(0, start, scratch.Span[..some.Length]);
        }

        sink.Finish(0, 1);
        for (int i = 0; i < size[0]; i++)
        {
            found[i] = rows[found[i]];
        }

        scores[size[0]..].Fill(float.NaN);
        found[size[0]..].Fill(-1);
    }

    private bool IsSearched(RowFilter<TId> filter, int query) =>
        !filter.IsList(query) && !(filter.HasAdmitted && filter.AdmittedCount <= ExactScanLimit);

    private void ScanRows(Tensor<float> query, int number, TopKResults<TId> results) =>
        RankRows(query.Span, results.Filter.Admissible(number), results.ScoresOf(number, 1).Span, results.RowsOf(number, 1));
}
