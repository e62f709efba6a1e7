using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>A model or a baseline, with its ranks on the test part in each of its runs.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="IsBaseline">Whether it is there to be beaten.</param>
/// <param name="Runs">One for each seed.</param>
/// <param name="Ties">What is done with ties.</param>
internal sealed record Method(string Name, bool IsBaseline, IReadOnlyList<QueryRanks> Runs, TiePolicy Ties)
{
    public double Of(RankMetric metric) => Runs.Average(run => metric.Of(run, Ties));

    public ConfidenceInterval Interval(RankMetric metric, CancellationToken cancellationToken) =>
        Bootstrap.Interval(metric, Runs, policy: Ties, cancellationToken: cancellationToken);
}
