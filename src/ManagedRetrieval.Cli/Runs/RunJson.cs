using System.Text.Json;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The figures of a run as JSON.</summary>
/// <remarks>
/// <c>metrics</c> and <c>epochs</c> speak of the first model: metrics are means over seeds, epochs those of the training that was kept.
/// </remarks>
internal static class RunJson
{
    /// <summary>Writes the figures of a training; the file is whole or as it was.</summary>
    public static Task WriteAsync(string path, RunResults results, CancellationToken cancellationToken) =>
        WriteAsync(path, json => Write(json, results), cancellationToken);

    /// <summary>Writes the figures of a saved model, the first method, and of baselines; the file is whole or as it was.</summary>
    public static Task WriteAsync(
        string path, IReadOnlyList<Method> methods, IReadOnlyList<(string Name, RankMetric Metric)> metrics, CancellationToken cancellationToken) => WriteAsync(
        path,
        json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("metrics");
            WriteSplit(json, "test", metrics, methods[0].Runs, methods[0].Ties);
            json.WriteEndObject();
            WriteMethods(json, "baselines", methods.Where(method => method.IsBaseline), metrics);
            json.WriteEndObject();
        },
        cancellationToken);

    private static Task WriteAsync(string path, Action<Utf8JsonWriter> write, CancellationToken cancellationToken) => AtomicFile.WriteAsync(
        path,
        async (stream, token) =>
        {
            var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            await using (json.ConfigureAwait(false))
            {
                write(json);
                await json.FlushAsync(token).ConfigureAwait(false);
            }

            stream.WriteByte((byte)'\n');
        },
        cancellationToken);

    private static void Write(Utf8JsonWriter json, RunResults results)
    {
        IReadOnlyList<(string Name, RankMetric Metric)> metrics = MetricNames.Of(results.First.Description);
        IReadOnlyList<TrainedModel> trainings = results.Models[0].Trainings;
        json.WriteStartObject();
        json.WriteStartObject("metrics");
        WriteSplit(json, "validation", metrics, [.. trainings.Select(training => training.Validation).OfType<QueryRanks>()], ModelTraining.Ties(results.First.Description));
        WriteSplit(json, "test", metrics, [.. trainings.Select(training => training.Test).OfType<QueryRanks>()], ModelTraining.Ties(results.First.Description));
        json.WriteEndObject();
        WriteMethods(json, "models", results.Methods.Where(method => !method.IsBaseline), metrics);
        WriteMethods(json, "baselines", results.Methods.Where(method => method.IsBaseline), metrics);
        if (results.Neighbours is { } neighbours)
        {
            json.WriteNumber("item_knn_neighbours", neighbours);
        }

        WriteDifferences(json, results, metrics);
        json.WriteNumber("training_seconds", results.Kept.TrainingTime.TotalSeconds);
        json.WriteNumber("seed", results.Kept.Seed);
        json.WriteNumber("seeds", results.Settings.Seeds);
        json.WriteStartObject("data");
        json.WriteNumber("users", results.TrainingData.Split.Train.Users.Count);
        json.WriteNumber("items", results.TrainingData.Corpus.Count);
        json.WriteNumber("train", results.TrainingData.Split.Train.Count);
        json.WriteNumber("validation", results.TrainingData.Split.Validation.Count);
        json.WriteNumber("test", results.TrainingData.Split.Test.Count);
        json.WriteEndObject();
        json.WriteString("stop_reason", results.Kept.Result.StopReason.ToString());
        if (results.Kept.Result.BestEpoch is { } best)
        {
            json.WriteNumber("best_epoch", best);
        }

        json.WriteStartArray("epochs");
        TimeSpan before = TimeSpan.Zero;
        foreach (EpochResult epoch in results.Kept.Result)
        {
            WriteEpoch(json, epoch, epoch.Elapsed - before, results.Kept.Health.FirstOrDefault(health => health.Epoch == epoch.Epoch));
            before = epoch.Elapsed;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSplit(Utf8JsonWriter json, string name, IReadOnlyList<(string Name, RankMetric Metric)> metrics, IReadOnlyList<QueryRanks> runs, TiePolicy ties)
    {
        if (runs.Count == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach ((string metric, RankMetric of) in metrics)
        {
            WriteFigure(json, metric, runs.Average(run => of.Of(run, ties)));
        }

        json.WriteEndObject();
    }

    private static void WriteMethods(Utf8JsonWriter json, string name, IEnumerable<Method> methods, IReadOnlyList<(string Name, RankMetric Metric)> metrics)
    {
        json.WriteStartObject(name);
        foreach (Method method in methods)
        {
            WriteSplit(json, method.Name, metrics, method.Runs, method.Ties);
        }

        json.WriteEndObject();
    }

    private static void WriteDifferences(Utf8JsonWriter json, RunResults results, IReadOnlyList<(string Name, RankMetric Metric)> metrics)
    {
        json.WriteStartArray("differences");
        foreach ((string metric, Method first, Method second, ConfidenceInterval interval) in Differences.Of(results, metrics))
        {
            json.WriteStartObject();
            json.WriteString("metric", metric);
            json.WriteString("first", first.Name);
            json.WriteString("second", second.Name);
            WriteFigure(json, "difference", interval.Estimate);
            WriteFigure(json, "low", interval.Low);
            WriteFigure(json, "high", interval.High);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEpoch(Utf8JsonWriter json, EpochResult epoch, TimeSpan time, EpochHealth? health)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", epoch.Epoch);
        json.WriteNumber("loss", epoch.Loss);
        json.WriteNumber("seconds", time.TotalSeconds);
        json.WriteStartObject("validation");
        foreach ((string metric, double value) in epoch.Validation)
        {
            WriteFigure(json, metric, value);
        }

        json.WriteEndObject();
        if (health is { Report: { } report })
        {
            json.WriteStartObject("doctor");
            WriteFigure(json, "effective_rank", report.Candidates.EffectiveRank);
            WriteFigure(json, "norm_variation", report.Candidates.NormVariation);
            WriteFigure(json, "tie_rate", report.TieRate);
            WriteFigure(json, "coverage", report.Coverage);
            WriteFigure(json, "gini", report.Gini);
            WriteFigure(json, "masked_share", report.MaskedShare);
            WriteFigure(json, "milliseconds", health.Cost.TotalMilliseconds);
            WriteFigure(json, "share_of_epoch", health.Share);
            json.WriteStartArray("findings");
            foreach (string finding in report.Findings)
            {
                json.WriteStringValue(finding);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>JSON knows no NaN: what was not measured is null.</summary>
    private static void WriteFigure(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
