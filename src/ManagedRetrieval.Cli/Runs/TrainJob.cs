using System.Globalization;
using ManagedRetrieval.Cli.Backends;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Reports;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>train</c>: read, train, measure against baselines, save, report.</summary>
internal sealed class TrainJob(Terminal terminal, DataSettings dataSettings, IReadOnlyList<NamedModel> models, RunSettings settings)
{
    /// <exception cref="ToolException">Data, descriptions or a checkpoint do not fit.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; no file is half-written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        foreach (NamedModel named in models)
        {
            // An unknown metric is told of now, not after the data was read.
            _ = MetricNames.Of(named.Description);
        }

        DateTime start = DateTime.UtcNow;

        // A model may follow the one that it begins with: that was read before, and stands until the training has succeeded.
        using OutputPlace place = OutputPlace.Prepare(
            [settings.ModelFile, settings.ReportFile, .. Checkpoints(), settings.JsonFile],
            [.. dataSettings.Files, .. models.Select(model => model.File)],
            replaced: settings.From);
        using var team = new WorkerTeam(settings.Workers);
        using ChosenBackend backend = ChosenBackend.Open(settings.Backend);
        if (backend.Line("The training's matrix products and softmax loss run") is { } line)
        {
            terminal.Line(Terminal.OneLine(line));
        }

        TrainingData data = await TrainingData.LoadAsync(dataSettings, [.. models.Select(model => model.Description)], settings.Seed, terminal, cancellationToken).ConfigureAwait(false);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted.Of(data.Split.Train.Users.Count, "user")}, {Counted.Of(data.Corpus.Count, "item")}; {Counted.Of(data.Split.Train.Count, "interaction")} to learn from, {data.Split.Validation.Count:n0} for validation, {data.Split.Test.Count:n0} for the test."));

        SavedModel? earlier = settings.From is { } from ? SavedModel.Read(await SavedModel.OpenAsync(from, cancellationToken).ConfigureAwait(false), team) : null;
        if (data.Test is null)
        {
            terminal.Line("Nothing was held out for the test: the model is trained and saved, but not compared.");
        }

        if (data.Validation is null)
        {
            terminal.Line("Nothing was held out for validation: every epoch is trained, and the last one is kept.");
        }

        place.MakeFolders();
        place.RemoveLeftovers(settings.OutputDirectory, start);
        if (!settings.Resume)
        {
            // Of another run, which nobody asked to go on with.
            DeleteCheckpoints();
        }

        RunResults results;
        try
        {
            results = await TrainAndSaveAsync(data, earlier, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Checkpoints().Any(File.Exists))
        {
            terminal.Line(Terminal.OneLine($"The way so far is kept in '{settings.OutputDirectory}': the same command with --resume goes on from there."));
            throw;
        }

        RunSummary.Show(results, terminal);
        DeleteCheckpoints();

        terminal.Line();
        terminal.Line(Terminal.OneLine($"Saved the model to {settings.ModelFile} and the report to {settings.ReportFile}."));
        return ExitCode.Done;
    }

    private void DeleteCheckpoints()
    {
        foreach (string checkpoint in Checkpoints())
        {
            File.Delete(checkpoint);
        }
    }

    private IEnumerable<string> Checkpoints() => models
        .SelectMany(model => model.Description.Training.Refit ? (string[])[model.Name, ModelTraining.RefitName(model.Name)] : [model.Name])
        .SelectMany(name => Seeds().Select(seed => settings.CheckpointFile(name, seed)));

    private IEnumerable<ulong> Seeds() => Enumerable.Range(0, settings.Seeds).Select(i => settings.Seed + (ulong)i);

    private async Task<RunResults> TrainAndSaveAsync(TrainingData data, SavedModel? earlier, WorkerTeam team, IComputeBackend<float>? backend, CancellationToken cancellationToken)
    {
        var trained = new List<(NamedModel, IReadOnlyList<TrainedModel>)>();
        foreach (NamedModel named in models)
        {
            trained.Add((named, await TrainAsync(named, data, earlier, team, backend, cancellationToken).ConfigureAwait(false)));
        }

        RunResults results = await Task.Run(() => terminal.Step("Measuring models and baselines …", () => Measure(trained, data, team, cancellationToken)), cancellationToken).ConfigureAwait(false);
        await SaveAsync(results, data, team, cancellationToken).ConfigureAwait(false);
        return results;
    }

    private async Task<IReadOnlyList<TrainedModel>> TrainAsync(NamedModel named, TrainingData data, SavedModel? earlier, WorkerTeam team, IComputeBackend<float>? backend, CancellationToken cancellationToken)
    {
        var trainings = new List<TrainedModel>();
        foreach (ulong seed in Seeds())
        {
            terminal.Heading(string.Create(CultureInfo.InvariantCulture, $"{named.Name}, seed {seed}"));
            var training = new ModelTraining(data, named, settings, earlier, team, backend, terminal);
            TrainedModel model = await training.RunAsync(seed, cancellationToken).ConfigureAwait(false);
            trainings.Add(model);
            RunSummary.ShowEpochs(named, model, terminal);
        }

        return trainings;
    }

    private RunResults Measure(List<(NamedModel Named, IReadOnlyList<TrainedModel> Trainings)> trained, TrainingData data, WorkerTeam team, CancellationToken cancellationToken)
    {
        ModelDescription first = trained[0].Named.Description;
        RankMetric metric = MetricNames.Parse(first.Training.Metric);
        TiePolicy ties = ModelTraining.Ties(first);
        var methods = new List<Method>();
        int? neighbours = null;
        if (data.Test is { } test)
        {
            methods.AddRange(trained.Select(model => new Method(model.Named.Name, IsBaseline: false, [.. model.Trainings.Select(training => training.Test!)], ModelTraining.Ties(model.Named.Description))));
            methods.AddRange(BaselineMethods.Of(data, test, metric, trained.Any(model => model.Named.Description.Training.Refit), team, out int chosen, cancellationToken));
            neighbours = chosen;
        }

        return new RunResults
        {
            Data = dataSettings,
            Settings = settings,
            TrainingData = data,
            Models = trained,
            Methods = methods,
            Neighbours = neighbours,
            Kept = trained[0].Trainings.MaxBy(training => training.Validation is { } ranks ? metric.Of(ranks, ties) : 0)!,
        };
    }

    private async Task SaveAsync(RunResults results, TrainingData data, WorkerTeam team, CancellationToken cancellationToken)
    {
        Retriever<Entity, Entity, string> retriever = Retriever<Entity, Entity, string>.Build(
            results.Kept.Model, data.Corpus, [.. data.Corpus.Select(item => item.Key)], team, cancellationToken: cancellationToken);
        retriever.CandidateSamplingProbability = results.Kept.SamplingProbability;
        retriever.Annotations = SavedModel.Annotations(results.First.Description, settings.Seed);
        await retriever.SaveAsync(settings.ModelFile, cancellationToken).ConfigureAwait(false);
        if (settings.JsonFile is { } file)
        {
            await RunJson.WriteAsync(file, results, cancellationToken).ConfigureAwait(false);
        }

        RunReport report = await Task.Run(() => terminal.Step("Drawing the report …", () => RunReports.Of(results, team, cancellationToken)), cancellationToken).ConfigureAwait(false);
        await HtmlReport.WriteAsync(settings.ReportFile, report, cancellationToken).ConfigureAwait(false);
    }
}
