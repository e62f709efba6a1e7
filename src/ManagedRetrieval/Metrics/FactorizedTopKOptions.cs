namespace ManagedRetrieval.Metrics;

/// <summary>What a <see cref="FactorizedTopK{T}"/> reports, and under which name.</summary>
public sealed record FactorizedTopKOptions
{
    /// <summary>The cut-offs of top-k accuracy, each at least 1, no two the same; one that is larger than the corpus takes all of it.</summary>
    public IReadOnlyList<int> Ks { get; init; } = [1, 5, 10, 50, 100];

    /// <summary>The prefix of the names of results.</summary>
    public string Name { get; init; } = "factorized_top_k";
}
