namespace ManagedRetrieval.Metrics;

/// <summary><see cref="RankMetric.Precision"/>: which share of the first k are positives.</summary>
internal sealed class PrecisionMetric(string name, int k) : RankMetric(name)
{
    /// <inheritdoc/>
    internal override double Value(ReadOnlySpan<RankBlock> blocks, int negatives, TiePolicy policy) => RecallMetric.Hits(blocks, k, policy) / k;
}
