using System.Globalization;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Shows what a run found out on the terminal.</summary>
internal static class RunSummary
{
    /// <summary>A table of the epochs of one training, and why it ended.</summary>
    public static void ShowEpochs(NamedModel named, TrainedModel trained, Terminal terminal)
    {
        string metric = named.Description.Training.Metric;
        bool validated = trained.Validation is not null;
        terminal.Table(
            [
                new Column("epoch"), new Column("loss"),
                .. validated ? (Column[])[new Column(metric), .. EpochHealth.Titles.Select(title => new Column(title))] : [],
                new Column("time"),
            ],
            [.. trained.Result.Select((epoch, i) => (IReadOnlyList<string>)
            [
                string.Create(CultureInfo.InvariantCulture, $"{epoch.Epoch}{(epoch.Epoch == trained.Result.BestEpoch ? "*" : "")}"),
                string.Create(CultureInfo.InvariantCulture, $"{epoch.Loss:f4}"),
                .. validated ? Health(epoch, metric, trained.Health.FirstOrDefault(health => health.Epoch == epoch.Epoch)) : [],
                string.Create(CultureInfo.InvariantCulture, $"{(epoch.Elapsed - (i > 0 ? trained.Result[i - 1].Elapsed : TimeSpan.Zero)).TotalSeconds:f1} s"),
            ])]);
        if (trained.Health is [.., { Report.Findings.Count: > 0 } last])
        {
            foreach (string finding in last.Report.Findings)
            {
                terminal.Line("The doctor: " + Terminal.OneLine(finding));
            }
        }

        string kept = trained.Result.BestEpoch is { } best ? string.Create(CultureInfo.InvariantCulture, $" Epoch {best} (*) is kept.") : "";
        terminal.Line((trained.Result.StopReason switch
        {
            StopReason.EarlyStopping => "Training stopped early: no epoch was better for a while.",
            StopReason.TimeBudget => "Training stopped: its time is up.",
            _ => "Training is complete.",
        }) + kept);
    }

    /// <summary>A table of models and baselines on the test part.</summary>
    public static void Show(RunResults results, Terminal terminal)
    {
        if (results.TrainingData.Test is { } test)
        {
            string seeds = results.Settings.Seeds > 1 ? string.Create(CultureInfo.InvariantCulture, $", means over {results.Settings.Seeds} seeds") : "";
            Show(results.Methods, MetricNames.Of(results.First.Description), test.Queries.Count, results.TrainingData.Corpus.Count, seeds, terminal);
        }
    }

    /// <summary>A table of models and baselines.</summary>
    public static void Show(
        IReadOnlyList<Method> methods, IReadOnlyList<(string Name, RankMetric Metric)> metrics, int queries, int corpus, string note, Terminal terminal)
    {
        terminal.Heading($"On {Counted.Of(queries, "test query", "test queries")} over {Counted.Of(corpus, "item")}{note}:");
        terminal.Table(
            [new Column("metric", IsText: true), .. methods.Select(method => new Column(method.Name))],
            [.. metrics.Select(metric => (IReadOnlyList<string>)
            [
                metric.Name, .. methods.Select(method => string.Create(CultureInfo.InvariantCulture, $"{method.Of(metric.Metric):f4}")),
            ])]);
    }

    private static IEnumerable<string> Health(EpochResult epoch, string metric, EpochHealth? health) => health is null ? Enumerable.Repeat("", 1 + EpochHealth.Titles.Count) :
    [
        string.Create(CultureInfo.InvariantCulture, $"{epoch.Validation[metric]:f4}"),
        .. health.Figures,
    ];
}
