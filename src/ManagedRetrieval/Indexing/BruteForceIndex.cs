using System.Globalization;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Exact top-k search: every candidate is scored.</summary>
/// <remarks>
/// Immutable, so any number of threads may search at once. A query gets the same bits alone or in a batch. Results are
/// sorted by score, highest first, then by row.
/// </remarks>
/// <typeparam name="TId">What names a candidate: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</typeparam>
public sealed class BruteForceIndex<TId>
    where TId : notnull
{
    private readonly IComputeBackend<float> _backend;
    private readonly Lazy<IdentifierRows<TId>> _rows;

    /// <summary>Builds an index.</summary>
    /// <param name="candidateEmbeddings">[candidates, d], all finite; shared, not copied, so they must not change.</param>
    /// <param name="identifiers">One for each row; shared, not copied.</param>
    /// <param name="workers">Shares out the work of a search; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <exception cref="ArgumentException">There are no rows, rows and identifiers differ in number, or a row is not finite.</exception>
    public BruteForceIndex(
        Tensor<float> candidateEmbeddings, IReadOnlyList<TId> identifiers, WorkerTeam? workers = null, IComputeBackend<float>? backend = null)
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        Shape shape = candidateEmbeddings.Shape;
        if (shape.Rank != 2 || shape.Length == 0)
        {
            throw new ArgumentException($"candidateEmbeddings must have the shape [candidates, d] with at least one row, not {shape}.", nameof(candidateEmbeddings));
        }

        if (identifiers.Count != shape.Rows)
        {
            throw new ArgumentException($"identifiers must be one for each of the {shape.Rows} rows, not {identifiers.Count}.", nameof(identifiers));
        }

        for (int row = 0; row < identifiers.Count; row++)
        {
            if (identifiers[row] is null)
            {
                throw new ArgumentException($"identifiers must not hold null, but number {row} is.", nameof(identifiers));
            }
        }

        CheckFinite(candidateEmbeddings, nameof(candidateEmbeddings), row => $" (identifier {identifiers[row]})");
        (Embeddings, Identifiers) = (candidateEmbeddings, identifiers);
        _rows = new Lazy<IdentifierRows<TId>>(() => new IdentifierRows<TId>(identifiers));
        _backend = backend ?? new CpuBackend<float>(workers ?? WorkerTeam.Inline);
    }

    /// <summary>The candidates' embeddings, [candidates, d]; they must not be changed.</summary>
    public Tensor<float> Embeddings { get; }

    /// <summary>The candidates' identifiers, row by row.</summary>
    public IReadOnlyList<TId> Identifiers { get; }

    /// <summary>The number of candidates.</summary>
    public int Count => Embeddings.Shape.Rows;

    /// <summary>The number of dimensions.</summary>
    public int Dimensions => Embeddings.Shape.RowLength;

    /// <summary>Finds each query's k best candidates.</summary>
    /// <param name="queryEmbeddings">[queries, d] or [queries, heads, d], all finite; of several heads the best scores.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="exclusions">
    /// For each query the identifiers that may not be found, null for none; every row that bears one of them is passed
    /// over. Identifiers that no candidate bears are ignored. The first search with exclusions makes a map of all identifiers.
    /// </param>
    /// <returns>One list for each query, best first; shorter than k where fewer candidates are left.</returns>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// The queries have another dimension than the candidates, or are not finite; or the exclusions are not one for each query, or hold null.
    /// </exception>
    public ScoredCandidate<TId>[][] Search(
        Tensor<float> queryEmbeddings, int k, IReadOnlyList<IReadOnlyCollection<TId>?>? exclusions = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Shape shape = queryEmbeddings.Shape;
        if (shape.Rank < 2 || shape[shape.Rank - 1] != Dimensions || shape.RowLength == 0)
        {
            throw new ArgumentException(
                $"queryEmbeddings must have the shape [queries, {Dimensions}] or [queries, heads, {Dimensions}] with at least one head, not {shape}.", nameof(queryEmbeddings));
        }

        if (exclusions is not null && exclusions.Count != shape.Rows)
        {
            throw new ArgumentException($"exclusions must be one for each of the {shape.Rows} queries, not {exclusions.Count}.", nameof(exclusions));
        }

        CheckFinite(queryEmbeddings, nameof(queryEmbeddings), _ => "");
        int kept = Math.Min(k, Count);
        if ((long)shape.Rows * kept > Array.MaxLength - 16)
        {
            throw new ArgumentOutOfRangeException(nameof(k), k, $"{shape.Rows} queries with {kept} candidates each are more than one array can hold; ask in parts.");
        }

        var scores = new Tensor<float>(new Shape(shape.Rows, kept));
        int[] rows = new int[shape.Rows * kept];
        (int[] excluded, int[] offsets) = exclusions is null ? ([], []) : _rows.Value.Find(exclusions);
        _backend.TopK(queryEmbeddings, Embeddings, kept, scores, rows, excluded, offsets);
        var results = new ScoredCandidate<TId>[shape.Rows][];
        for (int query = 0; query < results.Length; query++)
        {
            results[query] = Results(scores.Row(query), rows.AsSpan(query * kept, kept));
        }

        return results;
    }

    private ScoredCandidate<TId>[] Results(ReadOnlySpan<float> scores, ReadOnlySpan<int> rows)
    {
        // Rows end early where exclusions leave fewer than k, or where another backend's sums overflowed and came to NaN:
        // fused multiply-adds of finite numbers overflow to an infinity.
        int found = rows.IndexOf(-1) is >= 0 and var end ? end : rows.Length;
        var results = new ScoredCandidate<TId>[found];
        for (int i = 0; i < found; i++)
        {
            results[i] = new ScoredCandidate<TId>(Identifiers[rows[i]], scores[i], rows[i]);
        }

        return results;
    }

    private static void CheckFinite(Tensor<float> tensor, string argument, Func<int, string> describe)
    {
        for (int row = 0; row < tensor.Shape.Rows; row++)
        {
            ReadOnlySpan<float> values = tensor.Row(row);
            for (int d = 0; d < values.Length; d++)
            {
                if (!float.IsFinite(values[d]))
                {
                    int width = tensor.Shape[tensor.Shape.Rank - 1];
                    string place = tensor.Shape.Rank == 3 ? $"head {d / width}, dimension {d % width}" : $"dimension {d}";
                    throw new ArgumentException(
                        string.Create(CultureInfo.InvariantCulture, $"{argument} must be finite, but row {row}{describe(row)} holds {values[d]} at {place}."), argument);
                }
            }
        }
    }
}
