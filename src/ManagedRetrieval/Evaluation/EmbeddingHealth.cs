namespace ManagedRetrieval.Evaluation;

/// <summary>Figures of one side's embeddings, over a sample of their rows.</summary>
/// <remarks>Rows that are not finite are counted and then left out; where no row is left, or no row but rows of zeros, the figures that need one are NaN.</remarks>
/// <param name="Rows">The number of rows that were looked at.</param>
/// <param name="Dimensions">The length of a row, d.</param>
/// <param name="EffectiveRank">
/// exp(H(p)), p_k = σ_k / Σσ of the singular values of the matrix of rows, H the entropy in nats (Roy and Vetterli, The effective
/// rank, EUSIPCO 2007): from 1, where all rows are multiples of one, to the lesser of rows and d.
/// </param>
/// <param name="NormLow">The 5th percentile of the rows' Euclidean norms, between two rows by linear interpolation.</param>
/// <param name="NormMedian">The 50th percentile.</param>
/// <param name="NormHigh">The 95th percentile.</param>
/// <param name="NormVariation">The norms' standard deviation by their mean (coefficient of variation).</param>
/// <param name="DeadRows">The share of rows whose norm is 0.</param>
/// <param name="NonFiniteRows">The share of rows that hold NaN or an infinity.</param>
/// <param name="MeanCosine">The mean cosine of all pairs of two different rows that are not dead: near 0 where directions are spread, 1 where all are one.</param>
public sealed record EmbeddingHealth(
    int Rows,
    int Dimensions,
    double EffectiveRank,
    double NormLow,
    double NormMedian,
    double NormHigh,
    double NormVariation,
    double DeadRows,
    double NonFiniteRows,
    double MeanCosine);
