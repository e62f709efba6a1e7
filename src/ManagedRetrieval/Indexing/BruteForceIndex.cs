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
    /// <param name="queryEmbeddings">[queries, d], all finite.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <returns>One list for each query, best first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    /// <exception cref="ArgumentException">The queries have another dimension than the candidates, or are not finite.</exception>
    public ScoredCandidate<TId>[][] Search(Tensor<float> queryEmbeddings, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Shape shape = queryEmbeddings.Shape;
        if (shape.Rank != 2 || shape[1] != Dimensions)
        {
            throw new ArgumentException($"queryEmbeddings must have the shape [queries, {Dimensions}], not {shape}.", nameof(queryEmbeddings));
        }

        CheckFinite(queryEmbeddings, nameof(queryEmbeddings), _ => "");
        int kept = Math.Min(k, Count);
        var scores = new Tensor<float>(new Shape(shape.Rows, kept));
        int[] rows = new int[shape.Rows * kept];
        _backend.TopK(queryEmbeddings, Embeddings, kept, scores, rows);
        var results = new ScoredCandidate<TId>[shape.Rows][];
        for (int query = 0; query < results.Length; query++)
        {
            ReadOnlySpan<float> queryScores = scores.Row(query);
            ReadOnlySpan<int> queryRows = rows.AsSpan(query * kept, kept);

            // Fused multiply-adds of finite numbers overflow to an infinity, but another backend's sums may come to NaN:
            // candidates without a score are left out.
            int found = queryRows.IndexOf(-1) is >= 0 and var end ? end : kept;
            var result = new ScoredCandidate<TId>[found];
            for (int i = 0; i < found; i++)
            {
                result[i] = new ScoredCandidate<TId>(Identifiers[queryRows[i]], queryScores[i], queryRows[i]);
            }

            results[query] = result;
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
                    throw new ArgumentException(
                        string.Create(CultureInfo.InvariantCulture, $"{argument} must be finite, but row {row}{describe(row)} holds {values[d]} at dimension {d}."), argument);
                }
            }
        }
    }
}
