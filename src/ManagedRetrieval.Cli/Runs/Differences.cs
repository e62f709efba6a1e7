using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>How far each model is ahead of the baselines and of the models before it, by the paired bootstrap; a tie has its expected rank on both sides.</summary>
internal static class Differences
{
    /// <summary>Recall and NDCG at 10 where they are measured, else all metrics.</summary>
    public static IEnumerable<(string Metric, Method First, Method Second, ConfidenceInterval Interval)> Of(
        RunResults results, IReadOnlyList<(string Name, RankMetric Metric)> metrics, CancellationToken cancellationToken = default)
    {
        string[] wanted = [MetricNames.Name("recall", 10), MetricNames.Name("ndcg", 10)];
        (string Name, RankMetric Metric)[] compared = [.. metrics.Where(metric => wanted.Contains(metric.Name))];
        if (compared.Length == 0)
        {
            compared = [.. metrics];
        }

        for (int i = 0; i < results.Methods.Count && !results.Methods[i].IsBaseline; i++)
        {
            Method first = results.Methods[i];
            foreach (Method second in results.Methods.Take(i).Concat(results.Methods.Where(method => method.IsBaseline && method.Name != "random")))
            {
                foreach ((string name, RankMetric metric) in compared)
                {
                    yield return (name, first, second, Bootstrap.Difference(metric, first.Runs, second.Runs, cancellationToken: cancellationToken));
                }
            }
        }
    }
}
