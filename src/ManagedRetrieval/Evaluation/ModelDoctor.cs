using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Evaluation;

/// <summary>A look at a model's embeddings that costs little, such as at the end of each epoch: figures, and in words what looks unwell.</summary>
/// <remarks>
/// <para>
/// A finding is made where: a row holds NaN or an infinity; more than 1 % of rows are dead; the effective rank is less than a
/// tenth of the way from 1 to the most possible, min(rows, d); the mean cosine is above 0.5; the 95th percentile of norms is
/// more than 10 times the 5th; more than 5 % of positives tie; less than 5 % of the candidates that could have been
/// recommended are; more than a quarter of scores are masked. The bounds are rules of thumb, meant to be far from a healthy model.
/// </para>
/// <para>
/// Cost with S sampled rows of d numbers: S·d² multiply-adds for the products and 4/3·d³ for the eigenvalues of each side,
/// whatever the size of the corpus; one pass over ranks and recommendations. Memory: S·d + d² numbers.
/// </para>
/// </remarks>
public static class ModelDoctor
{
    /// <summary>Measures.</summary>
    /// <param name="queryEmbeddings">[Q, d] or [Q, heads, d], of queries like those that will be asked; they need not be all.</param>
    /// <param name="candidateEmbeddings">[N, d].</param>
    /// <param name="ranks">Ranks of positives, for the tie rate; null for none.</param>
    /// <param name="recommendedRows">Rows of the corpus that were recommended, those of all queries one after the other, −1 for no result; empty for none.</param>
    /// <param name="maskedShare">The share of scores of a batch that were masked, from 0 to 1; NaN where it is not known.</param>
    /// <param name="sampleRows">How many rows of each side are looked at; at least 2.</param>
    /// <param name="seed">Decides which rows.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a side has no rows or no dimensions, or a recommended row is none of the corpus.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside its range, or the sample too small.</exception>
    public static DoctorReport Examine(
        Tensor<float> queryEmbeddings,
        Tensor<float> candidateEmbeddings,
        QueryRanks? ranks = null,
        ReadOnlySpan<int> recommendedRows = default,
        double maskedShare = double.NaN,
        int sampleRows = 2048,
        ulong seed = 0)
    {
        RankArguments.CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        if (queryEmbeddings.Shape.Rows == 0)
        {
            throw new ArgumentException($"queryEmbeddings must have at least one row, but the shape is {queryEmbeddings.Shape}.", nameof(queryEmbeddings));
        }

        if (maskedShare < 0 || maskedShare > 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maskedShare), maskedShare, FormattableString.Invariant($"maskedShare is {maskedShare}; expected a number from 0 to 1, or NaN."));
        }

        if (sampleRows < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sampleRows), sampleRows, FormattableString.Invariant($"sampleRows is {sampleRows}; expected at least 2."));
        }

        int candidates = candidateEmbeddings.Shape.Rows;
        EmbeddingHealth queries = EmbeddingSample.Measure(queryEmbeddings, sampleRows, seed);
        EmbeddingHealth corpus = EmbeddingSample.Measure(candidateEmbeddings, sampleRows, seed);
        double tieRate = ranks is null ? double.NaN : TieRate(ranks);
        double coverage = recommendedRows.IsEmpty ? double.NaN : RecommendationMetrics.Coverage(recommendedRows, candidates);
        double gini = recommendedRows.IsEmpty ? double.NaN : RecommendationMetrics.Gini(recommendedRows, candidates);
        double possible = Math.Min(1, (recommendedRows.Length - recommendedRows.Count(-1)) / (double)candidates);
        return new DoctorReport(
            queries,
            corpus,
            tieRate,
            coverage,
            gini,
            maskedShare,
            [
                .. DoctorFindings.Of("query", queries),
                .. DoctorFindings.Of("candidate", corpus),
                .. DoctorFindings.OfRanking(tieRate, coverage, possible, maskedShare),
            ]);
    }

    private static double TieRate(QueryRanks ranks)
    {
        (long tied, long positives) = (0, 0);
        for (int query = 0; query < ranks.Count; query++)
        {
            foreach (RankBlock block in ranks[query])
            {
                tied += block.Others > 0 ? block.Positives : 0;
                positives += block.Positives;
            }
        }

        return tied / (double)positives;
    }
}
