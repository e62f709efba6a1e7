using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>evaluate</c>: measures a saved model, beside the baselines, on data that is cut as it was for its training.</summary>
internal sealed class EvaluateJob(Terminal terminal, string model, DataSettings dataSettings, string? jsonFile, int workers)
{
    /// <exception cref="ToolException">Model and data do not fit each other, or nothing was held out.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using OutputPlace place = OutputPlace.Prepare([jsonFile], [model, .. dataSettings.Files]);
        using var team = new WorkerTeam(workers);
        SafetensorsFile file = await SavedModel.OpenAsync(model, cancellationToken).ConfigureAwait(false);
        SavedModel saved = SavedModel.Read(file, team);
        ModelDescription description = saved.Description;
        DataNeeds.Require(model, description, dataSettings);
        TrainingData data = await TrainingData.LoadAsync(dataSettings, [description], saved.Seed, terminal, cancellationToken).ConfigureAwait(false);
        HeldOutQueries test = data.Test ?? throw new ToolException("Nothing was held out for the test; give a file by --test, or a model whose split has a test part.");
        IReadOnlyList<Method> methods = await Task.Run(() => terminal.Step("Measuring the model and baselines …", () => Measure(saved, data, test, team, cancellationToken)), cancellationToken).ConfigureAwait(false);
        RunSummary.Show(methods, MetricNames.Of(description), test.Queries.Count, data.Corpus.Count, "", terminal);
        if (jsonFile is not null)
        {
            place.MakeFolders();
            await RunJson.WriteAsync(jsonFile, methods, MetricNames.Of(description), cancellationToken).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private List<Method> Measure(SavedModel saved, TrainingData data, HeldOutQueries test, WorkerTeam team, CancellationToken cancellationToken)
    {
        ModelDescription description = saved.Description;
        Tensor<float> corpus = saved.Retriever.Model.EmbedCandidates(data.Corpus, team, cancellationToken);
        QueryRanks ranks = test.Rank(saved.Retriever.Model.EmbedQueries(test.Queries, team, cancellationToken), corpus, team, cancellationToken);
        string name = Path.GetFileNameWithoutExtension(model);
        return
        [
            new Method(name, IsBaseline: false, [ranks], ModelTraining.Ties(description)),
            .. BaselineMethods.Of(data, test, MetricNames.Parse(description.Training.Metric), description.Training.Refit, team, out _, cancellationToken),
        ];
    }
}
