using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Cli.Backends;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>index</c>: builds another index of a model's candidates, measures it, and saves it with the model.</summary>
internal sealed class IndexJob(Terminal terminal, IndexSettings settings)
{
    /// <exception cref="ToolException">The model holds no float rows, or results could not be written, or would take the place of what is read.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using OutputPlace place = OutputPlace.Prepare([settings.Output], [settings.Model, settings.QueryFile]);
        using var team = new WorkerTeam(settings.Workers);
        using ChosenBackend backend = ChosenBackend.Open(settings.Backend);
        if (backend.Line(IndexedModel.ExactSearch) is { } line)
        {
            terminal.Line(Terminal.OneLine(line));
        }

        IndexedModel model = await IndexedModel.OpenAsync(settings.Model, map: false, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        BruteForceIndex<string> rows = model.RequireFloatRows("another index is built from");
        HeldQueries held = await HeldQueries.TakeAsync(model, settings.QueryFile, settings.Queries, cancellationToken).ConfigureAwait(false);
        var exact = await Task.Run(
            () => terminal.Step("Finding the exact answers …", () => new ExactAnswers(rows, model.Embed(held.Queries, cancellationToken), settings.K, cancellationToken)),
            cancellationToken).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        TopKIndex<string> index = await BuildAsync(rows, exact, team, cancellationToken).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        double recall = await Task.Run(() => terminal.Step("Measuring the recall …", () => exact.Recall(index, cancellationToken)), cancellationToken).ConfigureAwait(false);
        place.MakeFolders();
        await model.SaveAsync(index, settings.Output, cancellationToken).ConfigureAwait(false);
        using var file = SafetensorsFile.Map(settings.Output);
        IndexFacts.Of(file)!.Show(
            terminal,
            ("recall", string.Create(CultureInfo.InvariantCulture, $"{recall:f4} at {exact.K}, with {held.Queries.Count:n0} {Terminal.OneLine(held.Kind)}")),
            ("built in", string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:f1} s")));
        terminal.Line();
        if (settings.Recall > recall)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"No setting reaches a recall of {settings.Recall}; the most thorough one is kept. Other lists, or more partitions, may do better."));
        }

        terminal.Line(Terminal.OneLine($"Saved to {settings.Output}."));
        return ExitCode.Done;
    }

    private async Task<TopKIndex<string>> BuildAsync(BruteForceIndex<string> rows, ExactAnswers exact, WorkerTeam team, CancellationToken cancellationToken)
    {
        try
        {
            if (settings.Kind == IndexKind.Partitioned)
            {
                PartitionedIndex<string> built = await BuildPartitionedAsync(rows, team, cancellationToken).ConfigureAwait(false);
                return settings.Recall is not { } target ? built : await Task.Run(
                    () => terminal.Step("Tuning …", () => built.Tune(target, exact.Queries, new TensorCandidates<string>(rows.Embeddings, rows.Identifiers), exact.K, cancellationToken)),
                    cancellationToken).ConfigureAwait(false);
            }

            return await Task.Run<TopKIndex<string>>(
                () => terminal.Step<TopKIndex<string>>("Building the index …", () => settings.Kind switch
                {
                    IndexKind.Float16 => new Float16Index<string>(rows.Embeddings, rows.Identifiers, team, rows.Similarity),
                    IndexKind.Int8 => new Int8Index<string>(
                        rows.Embeddings, rows.Identifiers, new Int8IndexOptions { Rescored = settings.Rescored, KeepEmbeddings = !settings.DropRows }, team, rows.Similarity),
                    _ => rows,
                }),
                cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException refused)
        {
            throw new ToolException($"The index cannot be built: {refused.Message}", refused);
        }
    }

    private Task<PartitionedIndex<string>> BuildPartitionedAsync(BruteForceIndex<string> rows, WorkerTeam team, CancellationToken cancellationToken)
    {
        var options = new PartitionedOptions { Lists = settings.Lists, Partitions = settings.Partitions, Probes = settings.Probes, Rescored = settings.Rescored };
        return terminal.BuildAsync(progress => PartitionedIndex<string>.Build(
            rows.Embeddings, rows.Identifiers, options, rows.Similarity, team, progress, cancellationToken));
    }
}
