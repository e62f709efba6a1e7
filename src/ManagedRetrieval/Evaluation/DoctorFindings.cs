namespace ManagedRetrieval.Evaluation;

/// <summary>From figures to words. The bounds are documented at <see cref="ModelDoctor"/>; a figure that is NaN is none.</summary>
internal static class DoctorFindings
{
    private const double MostDeadRows = 0.01;
    private const double LeastRank = 0.1;
    private const double MostCosine = 0.5;
    private const double MostNormRatio = 10;
    private const double MostTies = 0.05;
    private const double LeastCoverage = 0.05;
    private const double MostMasked = 0.25;

    /// <summary>What is unwell with the embeddings of one side.</summary>
    public static IEnumerable<string> Of(string side, EmbeddingHealth health)
    {
        if (health.NonFiniteRows > 0)
        {
            yield return Text($"{health.NonFiniteRows:P1} of {side} embeddings hold NaN or infinities: training has diverged, or an input is broken.");
        }

        if (health.DeadRows > MostDeadRows)
        {
            yield return Text($"{health.DeadRows:P1} of {side} embeddings are all zeros: they tie with one another in every list.");
        }

        int possible = Math.Min(health.Rows, health.Dimensions);
        if (health.EffectiveRank < 1 + (LeastRank * (possible - 1)))
        {
            yield return Text($"{side} embeddings use {health.EffectiveRank:0.0} of {possible} dimensions: collapse.");
        }

        if (health.MeanCosine > MostCosine)
        {
            yield return Text($"{side} embeddings point the same way: the mean cosine of two of them is {health.MeanCosine:0.00}.");
        }

        if (health.NormLow > 0 && health.NormHigh > MostNormRatio * health.NormLow)
        {
            yield return Text($"norms of {side} embeddings differ {health.NormHigh / health.NormLow:0}-fold between the 5th and the 95th percentile: length decides scores, not direction.");
        }
    }

    /// <summary>What is unwell with ranks, recommendations and the loss.</summary>
    /// <param name="tieRate">The share of positives that tie.</param>
    /// <param name="coverage">The share of candidates that are recommended.</param>
    /// <param name="possible">The greatest coverage that so many recommendations could have.</param>
    /// <param name="maskedShare">The share of scores that are masked.</param>
    public static IEnumerable<string> OfRanking(double tieRate, double coverage, double possible, double maskedShare)
    {
        if (tieRate > MostTies)
        {
            yield return Text($"{tieRate:P1} of positives tie with other candidates: scores do not tell them apart.");
        }

        if (coverage < LeastCoverage * possible)
        {
            yield return Text($"only {coverage:P1} of candidates are recommended to anybody, of {possible:P1} that could be: the same few go to everyone.");
        }

        if (maskedShare > MostMasked)
        {
            yield return Text($"{maskedShare:P1} of a batch's scores are masked: the loss has few negatives left.");
        }
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
