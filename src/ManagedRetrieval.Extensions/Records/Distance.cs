using ManagedRetrieval.Indexing;
using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>A distance function: what the index ranks by, and what makes it the score that callers see.</summary>
/// <param name="Name">One of <see cref="DistanceFunction"/>.</param>
/// <param name="Similarity">What the index ranks by.</param>
/// <param name="IsDistance">Whether small scores are good ones: the score is then <paramref name="Offset"/> minus the similarity.</param>
/// <param name="Offset">0 for similarities.</param>
internal sealed record Distance(string Name, Similarity Similarity, bool IsDistance, double Offset)
{
    private static readonly Distance[] All =
    [
        new(DistanceFunction.DotProductSimilarity, Similarity.DotProduct, false, 0),
        new(DistanceFunction.NegativeDotProductSimilarity, Similarity.DotProduct, true, 0),
        new(DistanceFunction.CosineSimilarity, Similarity.Cosine, false, 0),
        new(DistanceFunction.CosineDistance, Similarity.Cosine, true, 1),
    ];

    /// <summary>The function of that name; the dot product for null.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static Distance Named(string? name, string property) =>
        Array.Find(All, distance => distance.Name == (name ?? DistanceFunction.DotProductSimilarity))
        ?? throw new NotSupportedException($"Property '{property}' has the distance function '{name}'. Supported are {string.Join(", ", All.Select(distance => distance.Name))}.");

    /// <summary>The score that callers see.</summary>
    public double Score(float similarity) => IsDistance ? Offset - similarity : similarity;

    /// <summary>Whether a score is as good as a threshold.</summary>
    public bool Reaches(double score, double threshold) => IsDistance ? score <= threshold : score >= threshold;
}
