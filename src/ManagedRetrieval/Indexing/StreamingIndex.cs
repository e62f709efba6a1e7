using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Exact top-k search over candidates that need not fit in memory: each search reads the source once, for all its queries.</summary>
/// <remarks>
/// <para>
/// Answers have the bits that <see cref="BruteForceIndex{TId}"/> gives them. Memory is that of one batch and of k answers a query,
/// and the sets of identifiers that a filter's lists come to. A search allocates those sets and what reading the source allocates.
/// </para>
/// <para>As many threads may search at once as may read the source.</para>
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed class StreamingIndex<TId> : ITopKIndex<TId>
    where TId : notnull
{
    private readonly ICandidateSource<TId> _source;

    /// <summary>Those of all rows, where they are known without reading; null where those of a batch are gone with it.</summary>
    private readonly IReadOnlyList<TId>? _identifiers;

    private readonly WorkerTeam _workers;

    /// <summary>Makes an index of a source, which is not read yet.</summary>
    /// <param name="source">Where each search reads. A batch of some 10,000 rows is enough; it is checked whenever it is read.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="similarity">What makes a score.</param>
    /// <exception cref="ArgumentException">The source has no candidates or no dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such similarity.</exception>
    public StreamingIndex(ICandidateSource<TId> source, WorkerTeam? workers = null, Similarity similarity = Similarity.DotProduct)
    {
        Dimensions = CandidateReader.Check(source);
        (_source, _workers, Similarity) = (source, workers ?? WorkerTeam.Inline, IndexArguments.Check(similarity));
        _identifiers = (source as TensorCandidates<TId>)?.Identifiers;
    }

    /// <inheritdoc/>
    public int Count => _source.Count;

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public bool IsExact => true;

    /// <inheritdoc/>
    public Similarity Similarity { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The source gives more or fewer candidates than it says, or a row of another dimension, without identifier, or not finite.</exception>
    public void Search(
        Tensor<float> queryEmbeddings, int k, CandidateFilter<TId>? filter, TopKResults<TId> results, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(results);
        Shape shape = IndexArguments.CheckQueries(queryEmbeddings, k, Dimensions, Similarity);
        int kept = Math.Min(k, Count);
        IndexArguments.CheckRoom(shape.Rows, kept, k);
        IdentifierFilter<TId>? lists = filter is null or { Exclusions: null, Inclusions: null } ? null : new IdentifierFilter<TId>(filter, shape.Rows);
        cancellationToken.ThrowIfCancellationRequested();
        results.Prepare(shape.Rows, kept);
        if (shape.Rows > 0)
        {
            results.ScoresOf(0, shape.Rows).Span.Fill(float.NaN);
            results.RowsOf(0, shape.Rows).Fill(-1);
            Tensor<float> queries = Similarity == Similarity.Cosine ? results.UnitQueries(queryEmbeddings) : queryEmbeddings;
            foreach ((int first, CandidateBatch<TId> batch) in CandidateReader.Read(_source, cancellationToken))
            {
                SearchBatch(queries, first, batch, filter?.Predicate, lists, results, cancellationToken);
            }
        }

        results.Name(_identifiers);
    }

    private void SearchBatch(
        Tensor<float> queries,
        int first,
        CandidateBatch<TId> batch,
        Func<TId, bool>? predicate,
        IdentifierFilter<TId>? lists,
        TopKResults<TId> results,
        CancellationToken cancellationToken)
    {
        int rows = batch.Embeddings.Shape.Rows, count = queries.Shape.Rows, k = Math.Min(results.K, rows);
        int heads = queries.Shape.RowLength / Dimensions;
        using var admitted = new Scratch<ulong>(predicate is null ? 0 : RowSet.Words(rows));
        using var units = new Scratch<float>(Similarity == Similarity.Cosine ? batch.Embeddings.Shape.Length : 0);
        ReadOnlySpan<float> embeddings = batch.Embeddings.Span;
        if (Similarity == Similarity.Cosine)
        {
            UnitRows.Write(embeddings, Dimensions, units.Span);
            embeddings = units.Span;
        }

        if (predicate is not null)
        {
            RowSet.Fill(admitted.Span, batch.Identifiers, predicate);
        }

        using var floors = new Scratch<float>(count);
        for (int query = 0; query < count; query++)
        {
            // What is kept already is NaN where there is room yet.
            floors.Span[query] = results.ScoresOf(query, 1).Span[^1];
        }

        int ranges = k <= TopKSearch.LongestJoinedList ? ScoreTiles.Ranges(count, heads, rows) : 1;
        using var sizes = new Scratch<int>(ranges * count);
        using var scores = new Scratch<float>((ranges + 1) * count * k);
        using var found = new Scratch<int>((ranges + 1) * count * k);
        sizes.Span.Clear();
        Span<float> best = scores.Span[..(count * k)], ofRanges = scores.Span[(count * k)..];
        Span<int> bestRows = found.Span[..(count * k)], rowsOfRanges = found.Span[(count * k)..];
        bestRows.Fill(-1);
        var sink = new StreamSink<TId>(k, ofRanges, rowsOfRanges, sizes.Span, floors.Span, admitted.Span, lists, batch.Identifiers);
        ScoreTiles.RunAll(queries.Span, embeddings, Dimensions, sink, _workers, heads, ranges, cancellationToken);
        TopKMerge.Run<float>(ofRanges, rowsOfRanges, sizes.Span, k, best, bestRows);
        for (int query = 0; query < count; query++)
        {
            ReadOnlySpan<int> entered = bestRows.Slice(query * k, k);
            int end = entered.IndexOf(-1);
            Join(results, query, best.Slice(query * k, k), end < 0 ? entered : entered[..end], first, _identifiers is null ? batch.Identifiers : null);
        }
    }

    /// <summary>Joins what is kept of a query with what entered of a later batch, and names that; where <paramref name="identifiers"/> are null, it is named later.</summary>
    private static void Join(
        TopKResults<TId> results, int query, ReadOnlySpan<float> newScores, ReadOnlySpan<int> newRows, int first, IReadOnlyList<TId>? identifiers)
    {
        Span<float> scores = results.ScoresOf(query, 1).Span;
        Span<int> rows = results.RowsOf(query, 1);
        Span<TId> names = results.IdentifiersOf(query);
        int had = rows.IndexOf(-1) is >= 0 and var free ? free : rows.Length, stay = 0, enter = 0;
        while (stay + enter < rows.Length && (stay < had || enter < newRows.Length))
        {
            bool stays = enter == newRows.Length || (stay < had && scores[stay] >= newScores[enter]);
            (stay, enter) = stays ? (stay + 1, enter) : (stay, enter + 1);
        }

        // From the end, so that nothing is written over before it has moved.
        for (int to = stay + enter - 1; enter > 0; to--)
        {
            if (stay > 0 && !(scores[stay - 1] >= newScores[enter - 1]))
            {
                stay--;
                (scores[to], rows[to], names[to]) = (scores[stay], rows[stay], names[stay]);
            }
            else
            {
                enter--;
                (scores[to], rows[to]) = (newScores[enter], first + newRows[enter]);
                names[to] = identifiers is null ? names[to] : identifiers[newRows[enter]];
            }
        }
    }
}
