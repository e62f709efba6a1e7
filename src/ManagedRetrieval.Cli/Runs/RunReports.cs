using System.Globalization;
using System.Runtime.InteropServices;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Makes the report of a run.</summary>
internal static class RunReports
{
    /// <summary>Parts of a step that are shown by name.</summary>
    private const int ShownParts = 10;

    private static readonly int[] ShownCutoffs = [10, 20];

    public static RunReport Of(RunResults results, WorkerTeam team, CancellationToken cancellationToken)
    {
        IReadOnlyList<(string Name, RankMetric Metric)> metrics = MetricNames.Of(results.First.Description);
        var samples = new ReportSamples(results, team);
        return new RunReport
        {
            Title = $"{results.First.Name} on {Path.GetFileName(results.Data.Data)}",
            Summary = Summary(results),
            Facts = Facts(results),
            TrainingTime = results.Kept.TrainingTime,
            Epochs = [.. results.Kept.Result.Select((epoch, i) => Epoch(epoch, epoch.Elapsed - (i > 0 ? results.Kept.Result[i - 1].Elapsed : TimeSpan.Zero), results.Kept.Health.FirstOrDefault(health => health.Epoch == epoch.Epoch), results.First.Description))],
            BestEpoch = results.Kept.Result.BestEpoch,
            Methods = [.. results.Methods.Select(method => Figures(method, [.. metrics.Where(metric => IsShown(metric.Name, results.First.Description))], results.First.Description.Evaluation.Ks, cancellationToken))],
            Differences = [.. Differences.Of(results, metrics, cancellationToken).Select(difference => new PairedDifference(
                difference.First.Name, difference.Second.Name, difference.Metric, difference.Interval, Verdict(difference.Interval)))],
            Popularity = Popularity(results),
            Scores = samples.Scores(),
            Items = samples.Items(),
            SlowestParts = results.Kept.Result.Profile is { Steps: > 0 } profile ? Parts(profile) : [],
            Samples = samples.Answers(),
        };
    }

    private static string Summary(RunResults results)
    {
        if (results.Methods.Count == 0)
        {
            return "Nothing was held out, so there is nothing to compare.";
        }

        string name = results.First.Description.Training.Metric;
        RankMetric metric = MetricNames.Parse(name);
        return $"On {Counted.Of(results.TrainingData.Test!.Queries.Count, "test query", "test queries")} the {name} is "
            + string.Join(", ", results.Methods.Select(method => string.Create(CultureInfo.InvariantCulture, $"{method.Of(metric):f4} for {method.Name}"))) + ".";
    }

    private static ReportFact[] Facts(RunResults results)
    {
        ModelDescription model = results.First.Description;
        TrainingData data = results.TrainingData;
        return
        [
            new("Data", results.Data.Data),
            Count("Users", data.Split.Train.Users.Count),
            Count("Items", data.Corpus.Count),
            Count("Training interactions", data.Split.Train.Count),
            Count("Validation queries", data.Validation?.Queries.Count ?? 0),
            Count("Test queries", data.Test?.Queries.Count ?? 0),
            new("Split", results.Data.Test is null ? Words(model.Split.Type.ToString()) : "given files"),
            new("Seen before", model.Evaluation.ExcludeSeen ? "left out of answers" : "kept in answers"),
            Count("Parameters", results.Kept.Model.Parameters.Sum(parameter => (long)parameter.Value.Shape.Length)),
            Count("Dimensions", model.Dimensions),
            new("Optimizer", string.Create(CultureInfo.InvariantCulture, $"{model.Optimizer.Type}, learning rate {model.Optimizer.LearningRate}")),
            Count("Batch", model.Training.BatchSize),
            new("Seeds", string.Create(CultureInfo.InvariantCulture, $"{results.Settings.Seed} to {results.Settings.Seed + (ulong)results.Settings.Seeds - 1}; {results.Kept.Seed} is kept")),
            .. results.Neighbours is { } neighbours ? (ReportFact[])[Count("Neighbours of item-kNN", neighbours)] : [],
            Count("Workers", results.Settings.Workers),
            new("Machine", $"{RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}"),
        ];

        static ReportFact Count(string name, long count) => new(name, count.ToString("n0", CultureInfo.InvariantCulture));
    }

    private static string Words(string name) => string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? " " + char.ToLowerInvariant(letter) : letter.ToString()));

    private static EpochFigures Epoch(EpochResult epoch, TimeSpan time, EpochHealth? health, ModelDescription model) => new(epoch.Epoch, epoch.Loss)
    {
        Validation = [.. epoch.Validation.Where(figure => IsShown(figure.Key, model)).Select(figure => new NamedFigure(figure.Key, figure.Value))],
        Seconds = time.TotalSeconds,
        Doctor = health is null ? null : new DoctorFigures
        {
            EffectiveRank = health.Report.Candidates.EffectiveRank,
            NormSpread = health.Report.Candidates.NormVariation,
            TieRate = health.Report.TieRate,
            Coverage = health.Report.Coverage,
            MaskedShare = health.Report.MaskedShare,
        },
        Findings = health?.Report.Findings ?? [],
    };

    private static MethodFigures Figures(
        Method method, IReadOnlyList<(string Name, RankMetric Metric)> metrics, IReadOnlyList<int> ks, CancellationToken cancellationToken) =>
        new(method.Name, method.IsBaseline)
        {
            Metrics = [.. metrics.Select(metric => new MetricFigure(metric.Name, method.Interval(metric.Metric, cancellationToken)))],
            Recall = [.. ks.Order().Select(k => new RecallPoint(k, method.Interval(RankMetric.Recall(k), cancellationToken)))],
        };

    /// <summary>The curve of the recall shows all cut-offs; of the metrics a few say enough.</summary>
    private static bool IsShown(string metric, ModelDescription model) =>
        model.Evaluation.TfrsNames || metric == "mrr" || metric == model.Training.Metric || ShownCutoffs.Any(k => metric == MetricNames.Name("recall", k) || metric == MetricNames.Name("ndcg", k));

    private static string Verdict(ConfidenceInterval interval) =>
        interval.Low > 0 ? "better" : interval.High < 0 ? "worse" : "no difference that these queries show";

    private static PopularityFigures? Popularity(RunResults results)
    {
        if (results.TrainingData.Test is not { } test)
        {
            return null;
        }

        long[] counts = results.TrainingData.Popularity();
        string[] labels = new string[test.Queries.Count];
        for (int query = 0; query < labels.Length; query++)
        {
            double sum = 0;
            foreach (int item in test.Interactions.Positives[query])
            {
                sum += counts[item];
            }

            labels[query] = PopularityBins.LabelOf(sum / test.Interactions.Positives[query].Length);
        }

        string name = MetricNames.Name("recall", 10);
        var slices = results.Methods.ToDictionary(
            method => method.Name, method => method.Runs.Select(run => Slices.Of(RankMetric.Recall(10), run, labels, method.Ties)).ToArray(), StringComparer.Ordinal);
        return new PopularityFigures(name, [.. PopularityBins.Labels.Where(labels.Contains).Select(label => new PopularityBin(
            label,
            labels.Count(other => other == label),
            [.. results.Methods.Select(method => new NamedFigure(method.Name, slices[method.Name].Average(slice => slice[label].Value)))]))]);
    }

    private static StepPart[] Parts(TrainingProfile profile)
    {
        double steps = profile.Steps, total = profile.Total.TotalMilliseconds;
        StepPart[] ops = [.. profile.Ops.Take(ShownParts).Select(op => new StepPart(
            op.Op, op.Forward.TotalMilliseconds / steps, op.Backward.TotalMilliseconds / steps, op.Total.TotalMilliseconds / total))];
        TimeSpan others = profile.Rest + profile.Ops.Skip(ShownParts).Aggregate(TimeSpan.Zero, (sum, op) => sum + op.Total);
        return [.. ops.Append(Part("optimizer", profile.Optimizer)).Append(Part("all else", others)).OrderByDescending(part => part.Share)];

        StepPart Part(string name, TimeSpan time) => new(name, time.TotalMilliseconds / steps, 0, time.TotalMilliseconds / total);
    }
}
