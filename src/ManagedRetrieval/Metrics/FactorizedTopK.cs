using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Metrics;

/// <summary>Metrics over the whole corpus: one pass gives each query's exact rank, from which every top-k metric follows.</summary>
public static class FactorizedTopK
{
    /// <summary>Counts, for each query, the candidates that score above its positive and those that tie with it.</summary>
    /// <remarks>
    /// Positive and competitors are scored by the same chain of operations, so a copy of the positive ties exactly. The
    /// positive's own row is never its own competitor. A competitor whose score is NaN is ignored; a positive whose score
    /// is NaN ranks last, below every other candidate.
    /// </remarks>
    /// <param name="queryEmbeddings">[Q, d].</param>
    /// <param name="candidateEmbeddings">The corpus, [N, d].</param>
    /// <param name="positives">For each query the corpus row of its positive.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. It makes no difference to the result.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a positive is no row of the corpus.</exception>
    public static RankCounts[] Rank(
        Tensor<float> queryEmbeddings,
        Tensor<float> candidateEmbeddings,
        ReadOnlySpan<int> positives,
        WorkerTeam? workers = null,
        CancellationToken cancellationToken = default)
    {
        Check(queryEmbeddings.Shape, candidateEmbeddings.Shape, positives);
        int queries = queryEmbeddings.Shape.Rows;
        float[] thresholds = new float[queries];
        for (int i = 0; i < queries; i++)
        {
            thresholds[i] = ScoreTiles.One<float>(queryEmbeddings.Row(i), candidateEmbeddings.Row(positives[i]));
        }

        int[] above = new int[queries];
        int[] tied = new int[queries];
        var sink = new RankSink<float>(positives, thresholds, above, tied);
        ScoreTiles.RunAll(
            queryEmbeddings.Span, candidateEmbeddings.Span, queryEmbeddings.Shape.RowLength, sink, workers ?? WorkerTeam.Inline, cancellationToken);
        var ranks = new RankCounts[queries];
        for (int i = 0; i < queries; i++)
        {
            ranks[i] = new RankCounts(above[i], tied[i]);
        }

        return ranks;
    }

    private static void Check(Shape queryEmbeddings, Shape candidateEmbeddings, ReadOnlySpan<int> positives)
    {
        // Without dimensions every score is 0 and every candidate ties; no tile would be made to count them.
        if (queryEmbeddings.Rank != 2 || queryEmbeddings[1] == 0)
        {
            throw new ArgumentException($"queryEmbeddings must have the shape [Q, d] with d at least 1, not {queryEmbeddings}.", nameof(queryEmbeddings));
        }

        if (candidateEmbeddings.Rank != 2 || candidateEmbeddings[1] != queryEmbeddings[1])
        {
            throw new ArgumentException(
                $"candidateEmbeddings must have the shape [N, {queryEmbeddings[1]}], not {candidateEmbeddings}.", nameof(candidateEmbeddings));
        }

        if (positives.Length != queryEmbeddings[0])
        {
            throw new ArgumentException($"positives must be one for each of the {queryEmbeddings[0]} queries, not {positives.Length}.", nameof(positives));
        }

        for (int i = 0; i < positives.Length; i++)
        {
            if ((uint)positives[i] >= (uint)candidateEmbeddings[0])
            {
                throw new ArgumentException($"positives must be rows of the corpus, 0 to {candidateEmbeddings[0] - 1}, but number {i} is {positives[i]}.", nameof(positives));
            }
        }
    }
}
