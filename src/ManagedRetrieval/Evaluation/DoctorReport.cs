namespace ManagedRetrieval.Evaluation;

/// <summary>What <see cref="ModelDoctor"/> found. A figure whose input was not given is NaN.</summary>
/// <param name="Queries">The query embeddings; each head of a query of several heads is a row.</param>
/// <param name="Candidates">The candidate embeddings.</param>
/// <param name="TieRate">The share of positives that tie with a candidate that is none.</param>
/// <param name="Coverage">The share of candidates that are recommended at least once.</param>
/// <param name="Gini">The Gini coefficient of how often candidates are recommended.</param>
/// <param name="MaskedShare">The share of scores of a batch that were masked, as the caller gave it.</param>
/// <param name="Findings">What looks unwell, in words; empty where nothing does.</param>
public sealed record DoctorReport(
    EmbeddingHealth Queries,
    EmbeddingHealth Candidates,
    double TieRate,
    double Coverage,
    double Gini,
    double MaskedShare,
    IReadOnlyList<string> Findings);
