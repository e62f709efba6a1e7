using System.Text.Json;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Quickstart;

/// <summary>Every figure of a quickstart run.</summary>
internal sealed record QuickstartReport
{
    public required string PackVersion { get; init; }

    public required int Corpus { get; init; }

    public required int TrainPairs { get; init; }

    public required int ValidationQueries { get; init; }

    public required int TestQueries { get; init; }

    /// <summary>On the test pairs.</summary>
    public required IReadOnlyList<SplitMetrics> Metrics { get; init; }

    /// <summary>The model on the validation pairs.</summary>
    public required SplitMetrics Validation { get; init; }

    public required TimeSpan TrainingTime { get; init; }

    /// <summary>The loss before anything was learnt, over the first batch.</summary>
    public required double FirstStepLoss { get; init; }

    public required IReadOnlyList<EpochResult> Epochs { get; init; }

    /// <summary>Writes the figures as JSON; the file is whole or as it was.</summary>
    public Task WriteJsonAsync(string path, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(path, WriteJsonAsync, cancellationToken);

    private async Task WriteJsonAsync(Stream stream, CancellationToken cancellationToken)
    {
        var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteStartObject("data");
            json.WriteString("source", "reference-docs");
            json.WriteString("version", PackVersion);
            json.WriteNumber("corpus", Corpus);
            json.WriteNumber("train_pairs", TrainPairs);
            json.WriteNumber("validation_queries", ValidationQueries);
            json.WriteNumber("test_queries", TestQueries);
            json.WriteEndObject();
            json.WriteStartObject("metrics");
            foreach (SplitMetrics metrics in Metrics)
            {
                WriteMetrics(json, metrics.Key, metrics);
            }

            json.WriteEndObject();
            WriteMetrics(json, "validation_metrics", Validation);
            json.WriteNumber("training_seconds", TrainingTime.TotalSeconds);
            json.WriteNumber("first_step_loss", FirstStepLoss);
            json.WriteStartArray("epochs");
            foreach (EpochResult epoch in Epochs)
            {
                json.WriteStartObject();
                json.WriteNumber("loss", epoch.Loss);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            await json.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        stream.WriteByte((byte)'\n');
    }

    private static void WriteMetrics(Utf8JsonWriter json, string key, SplitMetrics metrics)
    {
        json.WriteStartObject(key);
        for (int i = 0; i < SplitMetrics.Cutoffs.Length; i++)
        {
            json.WriteNumber($"top_{SplitMetrics.Cutoffs[i]}", metrics.TopK[i]);
        }

        json.WriteNumber("mrr", metrics.MeanReciprocalRank);
        json.WriteEndObject();
    }
}
