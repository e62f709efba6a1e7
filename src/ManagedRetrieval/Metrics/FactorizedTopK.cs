using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Metrics;

/// <summary>Metrics over the whole corpus: one pass gives each query's exact ranks, from which every top-k metric follows.</summary>
/// <remarks>
/// <para>
/// Positives and competitors are scored by the same chain of operations, so a copy of a positive ties exactly. A query of
/// several heads scores the greatest of its heads' dot products.
/// </para>
/// <para>
/// A positive never competes with itself. A competitor whose score is NaN is ignored and counts as no negative; a positive
/// whose score is NaN ranks last, below every competitor, those of NaN among them.
/// </para>
/// <para>
/// Excluded rows neither compete nor count as negatives. Their lists may be in any order and name a row twice; a row
/// that is known to be a positive's own is not excluded by being named.
/// </para>
/// <para>The number of workers makes no difference to a result.</para>
/// </remarks>
public static class FactorizedTopK
{
    /// <summary>Ranks one positive for each query, named by its row in the corpus.</summary>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">The corpus, [N, d].</param>
    /// <param name="positives">For each query the corpus row of its positive.</param>
    /// <param name="excluded">For each query the corpus rows that do not compete; null for none.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, the corpus is empty, or a number is no row of the corpus.</exception>
    public static QueryRanks Rank<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        ReadOnlySpan<int> positives,
        RaggedIds? excluded = null,
        WorkerTeam? workers = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int queries, int rows) = (queryEmbeddings.Shape.Rows, candidateEmbeddings.Shape.Rows);
        RankArguments.CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        RankArguments.CheckPositives(positives, queries, rows);
        RankArguments.CheckExcluded(excluded, queries, rows);
        var own = new RaggedIds(queries, queries);
        foreach (int row in positives)
        {
            own.Append(row);
            own.EndRow();
        }

        return RankRows(queryEmbeddings, candidateEmbeddings, own, excluded, workers, cancellationToken);
    }

    /// <summary>Ranks any number of positives for each query, named by their rows in the corpus.</summary>
    /// <remarks>A query without positives has no blocks. Positives do not compete with one another as negatives.</remarks>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">The corpus, [N, d].</param>
    /// <param name="positives">For each query the corpus rows of its positives, in any order, none twice.</param>
    /// <param name="excluded">For each query the corpus rows that do not compete; null for none.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, the corpus is empty, a number is no row of the corpus, or a positive is named twice.</exception>
    public static QueryRanks Rank<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        RaggedIds positives,
        RaggedIds? excluded = null,
        WorkerTeam? workers = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int queries, int rows) = (queryEmbeddings.Shape.Rows, candidateEmbeddings.Shape.Rows);
        RankArguments.CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        RankArguments.CheckPositives(positives, queries, rows);
        RankArguments.CheckExcluded(excluded, queries, rows);
        return RankRows(queryEmbeddings, candidateEmbeddings, positives, excluded, workers, cancellationToken);
    }

    /// <summary>Ranks one positive for each query, given by its embedding and its identifier.</summary>
    /// <remarks>No row of the corpus that bears the positive's identifier competes with it, however many there are; there may be none.</remarks>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">The corpus, [N, d].</param>
    /// <param name="identifiers">One for each row of the corpus.</param>
    /// <param name="trueCandidates">[Q, d]: the positives' embeddings, from which their scores are made.</param>
    /// <param name="trueIdentifiers">One for each query, of the same type as <paramref name="identifiers"/>.</param>
    /// <param name="excluded">For each query the corpus rows that do not compete; null for none.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    /// <exception cref="ArgumentException">The shapes, numbers or types do not fit, the corpus is empty, an identifier is null, or an excluded row does not exist.</exception>
    public static QueryRanks RankByIdentifier<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        CandidateIds identifiers,
        Tensor<T> trueCandidates,
        CandidateIds trueIdentifiers,
        RaggedIds? excluded = null,
        WorkerTeam? workers = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RankArguments.CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        RankArguments.CheckIdentifiers(identifiers, candidateEmbeddings.Shape.Rows);
        return RankByIdentifier(
            queryEmbeddings, candidateEmbeddings, new IdRows(identifiers), trueCandidates, trueIdentifiers, excluded, workers, cancellationToken);
    }

    /// <summary>Ranks one positive for each query, given by its embedding alone.</summary>
    /// <remarks>
    /// One candidate that scores exactly as the positive does (or NaN as well) is taken to be the positive's own copy and
    /// does not compete. An excluded row is never taken to be it, so the list should not name the positive's row. N − 1 rows
    /// compete where a copy was found, else N, less those excluded.
    /// </remarks>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">The corpus, [N, d].</param>
    /// <param name="trueCandidates">[Q, d]: the positives' embeddings, from which their scores are made.</param>
    /// <param name="excluded">For each query the corpus rows that do not compete; null for none.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, the corpus is empty, or an excluded row does not exist.</exception>
    public static QueryRanks RankByEmbedding<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        Tensor<T> trueCandidates,
        RaggedIds? excluded = null,
        WorkerTeam? workers = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RankArguments.CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        return RankOne(queryEmbeddings, candidateEmbeddings, trueCandidates, ownRows: null, excluded, workers, cancellationToken);
    }

    /// <summary>As the public form, with the corpus' identifiers taken in before; the corpus must have been checked.</summary>
    internal static QueryRanks RankByIdentifier<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        IdRows identifiers,
        Tensor<T> trueCandidates,
        CandidateIds trueIdentifiers,
        RaggedIds? excluded,
        WorkerTeam? workers,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RankArguments.CheckTrueIdentifiers(trueIdentifiers, queryEmbeddings.Shape.Rows, identifiers);
        var own = new RaggedIds(trueIdentifiers.Count, trueIdentifiers.Count);
        for (int query = 0; query < trueIdentifiers.Count; query++)
        {
            identifiers.Find(trueIdentifiers, query, own);
        }

        return RankOne(queryEmbeddings, candidateEmbeddings, trueCandidates, own, excluded, workers, cancellationToken);
    }

    private static QueryRanks RankOne<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        Tensor<T> trueCandidates,
        RaggedIds? ownRows,
        RaggedIds? excluded,
        WorkerTeam? workers,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int queries = queryEmbeddings.Shape.Rows;
        RankArguments.CheckTrueCandidates(trueCandidates.Shape, queryEmbeddings.Shape);
        RankArguments.CheckExcluded(excluded, queries, candidateEmbeddings.Shape.Rows);
        int[] offsets = new int[queries + 1];
        var scores = new T[queries];
        for (int query = 0; query < queries; query++)
        {
            offsets[query + 1] = query + 1;
            scores[query] = ScoreTiles.One<T>(queryEmbeddings.Row(query), trueCandidates.Row(query));
        }

        return RankPass.Run<T>(queryEmbeddings, candidateEmbeddings, offsets, scores, ownRows, excluded, workers ?? WorkerTeam.Inline, cancellationToken);
    }

    private static QueryRanks RankRows<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        RaggedIds positives,
        RaggedIds? excluded,
        WorkerTeam? workers,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<int> offsets = positives.Offsets.Span;
        ReadOnlySpan<int> rows = positives.Ids.Span;
        var scores = new T[rows.Length];
        for (int query = 0; query < positives.Count; query++)
        {
            for (int i = offsets[query]; i < offsets[query + 1]; i++)
            {
                scores[i] = ScoreTiles.One<T>(queryEmbeddings.Row(query), candidateEmbeddings.Row(rows[i]));
            }
        }

        return RankPass.Run<T>(queryEmbeddings, candidateEmbeddings, offsets, scores, positives, excluded, workers ?? WorkerTeam.Inline, cancellationToken);
    }
}
