using System.Globalization;
using ManagedRetrieval.Cli.Backends;
using ManagedRetrieval.Cli.Baselines;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Quickstart;

/// <summary>The quickstart: read, train, evaluate against baselines, index, save, answer.</summary>
internal sealed class QuickstartJob(Terminal terminal, QuickstartSettings settings)
{
    private static readonly string[] Sentences =
    [
        "sort the elements of a list",
        "read all lines of a text file",
        "compute the SHA-256 hash of a byte array",
        "parse a date from a string",
        "wait for all tasks to finish",
    ];

    /// <exception cref="ToolException">No reference pack was found, or it holds too little, or results could not be written.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; no file is half-written.</exception>
    public async Task<int> RunAsync(ReferencePackSearch search, CancellationToken cancellationToken)
    {
        DateTime start = DateTime.UtcNow;
        ReferencePack pack = search.Pack ?? throw new ToolException(
            "Found no .NET reference pack with documentation (packs/Microsoft.NETCore.App.Ref), which comes with the .NET SDK. Looked in: " + string.Join(", ", search.LookedAt) + ".");
        using OutputPlace place = OutputPlace.Prepare([settings.ModelFile, settings.JsonFile], pack.XmlFiles);
        using var team = new WorkerTeam(settings.Workers);
        using ChosenBackend backend = ChosenBackend.Open(settings.Backend);
        if (backend.Line("The training's loss and exact search run") is { } line)
        {
            terminal.Line(Terminal.OneLine(line));
        }

        ReferenceDocsDataset docs = terminal.Step($"Reading the documentation of .NET {pack.Version} …", () => ReferenceDocsDataset.Load(pack));
        cancellationToken.ThrowIfCancellationRequested();
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted.Of(docs.Candidates.Count, "API")}; {Counted.Of(docs.Train.Count, "sentence")} to learn from, {docs.Validation.Count:n0} for validation, {docs.Test.Count:n0} for the test."));

        if (docs.Train.Count == 0 || docs.Validation.Count == 0 || docs.Test.Count == 0)
        {
            throw new ToolException($"The reference pack in '{pack.Directory}' has too little documentation to learn from and to test on.");
        }

        var model = new TwoTowerModel<string, string>(new TextFeature(settings.Features), new TextFeature(settings.Features), settings.Towers);
        (IReadOnlyList<EpochResult> epochs, double firstLoss) = await TrainAsync(docs, model, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        Retriever<string, string, string> retriever = terminal.Step(
            "Embedding and indexing all APIs …",
            () => Retriever<string, string, string>.Build(model, docs.CandidateTexts, docs.Candidates, team, backend.Backend, cancellationToken));
        QuickstartReport report = terminal.Step(
            "Evaluating model and baselines on the test sentences …", () => Evaluate(pack, docs, retriever, firstLoss, epochs, team, cancellationToken));
        place.MakeFolders();
        place.RemoveLeftovers(settings.OutputDirectory, start);
        await retriever.SaveAsync(settings.ModelFile, cancellationToken).ConfigureAwait(false);
        if (settings.JsonFile is { } file)
        {
            await report.WriteJsonAsync(file, cancellationToken).ConfigureAwait(false);
        }

        Show(report);
        Answer(retriever);
        terminal.Heading(Terminal.OneLine($"Saved to {settings.ModelFile}. Ask it more:"));
        terminal.Line(Terminal.OneLine($"  dotnet run -c Release --project src/ManagedRetrieval.Cli -- query \"{settings.ModelFile}\" \"copy a file\" -k 5"));
        return ExitCode.Done;
    }

    private async Task<(TrainingResult Result, double FirstLoss)> TrainAsync(
        ReferenceDocsDataset docs, TwoTowerModel<string, string> model, WorkerTeam team, IComputeBackend<float>? backend, CancellationToken cancellationToken)
    {
        RetrievalDataset data = RetrievalDataset.Encode(
            model, Summaries(docs.Train), docs.CandidateTexts, Positives(docs.Train), cancellationToken: cancellationToken);
        var trainer = new Trainer(model, new RetrievalTask<float>(settings.Task), new Adam<float>(settings.LearningRate), team, backend);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"Training {Counted.Of(settings.Epochs, "epoch")} on {Counted.Of(team.Workers, "worker")}, seed {settings.Seed}."));
        double? first = null;
        trainer.StepCompleted += (_, step) => first ??= step.Loss;
        TrainingResult result = await terminal.TrainAsync(progress => trainer.Fit(data, settings.Training, progress, cancellationToken)).ConfigureAwait(false);
        return (result, first!.Value);
    }

    private static QuickstartReport Evaluate(
        ReferencePack pack, ReferenceDocsDataset docs, Retriever<string, string, string> retriever, double firstLoss, IReadOnlyList<EpochResult> epochs, WorkerTeam team, CancellationToken cancellationToken)
    {
        // Ties count against the model; baselines, which tie a lot, get their expected rank.
        SplitMetrics model = SplitMetrics.Of("model", "this model", Rank(docs.Test, retriever, team, cancellationToken), TiePolicy.Pessimistic);
        SplitMetrics validation = SplitMetrics.Of("validation", "validation", Rank(docs.Validation, retriever, team, cancellationToken), TiePolicy.Pessimistic);
        return new QuickstartReport
        {
            PackVersion = pack.Version,
            Corpus = docs.Candidates.Count,
            TrainPairs = docs.Train.Count,
            ValidationQueries = docs.Validation.Count,
            TestQueries = docs.Test.Count,
            Metrics =
            [
                model,
                Baseline("bm25", new Bm25(docs.Candidates), docs.Test, docs.Candidates.Count, cancellationToken),
                Baseline("most_frequent", new MostFrequent(docs.Overloads), docs.Test, docs.Candidates.Count, cancellationToken),
                Baseline("random", new RandomOrder(docs.Candidates.Count), docs.Test, docs.Candidates.Count, cancellationToken),
            ],
            Validation = validation,
            TrainingTime = epochs[^1].Elapsed,
            FirstStepLoss = firstLoss,
            Epochs = epochs,
        };
    }

    private static QueryRanks Rank(
        IReadOnlyList<DocumentationPair> pairs, Retriever<string, string, string> retriever, WorkerTeam team, CancellationToken cancellationToken) =>
        FactorizedTopK.Rank(
            retriever.Model.EmbedQueries(Summaries(pairs), team, cancellationToken),
            ((BruteForceIndex<string>)retriever.Index).Embeddings,
            Positives(pairs),
            workers: team,
            cancellationToken: cancellationToken);

    private static SplitMetrics Baseline(
        string key, IBaseline baseline, IReadOnlyList<DocumentationPair> pairs, int corpus, CancellationToken cancellationToken)
    {
        var ranks = new RankCounts[pairs.Count];
        for (int i = 0; i < ranks.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ranks[i] = baseline.Rank(pairs[i].Summary, pairs[i].Candidate);
        }

        return SplitMetrics.Of(key, baseline.Name, new QueryRanks(ranks, corpus), TiePolicy.Expected);
    }

    private static string[] Summaries(IReadOnlyList<DocumentationPair> pairs) => [.. pairs.Select(pair => pair.Summary)];

    private static int[] Positives(IReadOnlyList<DocumentationPair> pairs) => [.. pairs.Select(pair => pair.Candidate)];

    private void Show(QuickstartReport report)
    {
        terminal.Heading(string.Create(
            CultureInfo.InvariantCulture, $"Share of {Counted.Of(report.TestQueries, "unseen sentence")} whose API is among the first k of {report.Corpus:n0}, in percent:"));
        terminal.Table(
            [
                new Column("", IsText: true),
                .. SplitMetrics.Cutoffs.Select(k => new Column(string.Create(CultureInfo.InvariantCulture, $"k = {k}"))),
                new Column("MRR"),
            ],
            [.. report.Metrics.Select(metrics => (IReadOnlyList<string>)
            [
                metrics.Name,
                .. metrics.TopK.Select(value => string.Create(CultureInfo.InvariantCulture, $"{100 * value:f2}")),
                string.Create(CultureInfo.InvariantCulture, $"{metrics.MeanReciprocalRank:f4}"),
            ])]);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"On the validation sentences the model has {100 * report.Validation.TopK[Array.IndexOf(SplitMetrics.Cutoffs, 10)]:f2} % among the first 10. Training took {report.TrainingTime.TotalSeconds:f1} s."));
    }

    private void Answer(Retriever<string, string, string> retriever)
    {
        ScoredCandidate<string>[][] answers = retriever.Retrieve(Sentences, 10);
        for (int i = 0; i < Sentences.Length; i++)
        {
            terminal.Heading($"\"{Sentences[i]}\"");
            terminal.Answers(answers[i]);
        }
    }
}
