using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Baselines;

/// <summary>All candidates score alike, so that the expected metrics are exactly those of a random order.</summary>
internal sealed class RandomOrder(int candidates) : IBaseline
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public RankCounts Rank(string query, int positive) => new(0, candidates - 1);
}
