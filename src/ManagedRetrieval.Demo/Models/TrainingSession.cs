using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Demo.Models;

/// <summary>One training run of the page and how far it is.</summary>
/// <param name="docs">What is learnt.</param>
/// <param name="seed">Decides every bit of it.</param>
/// <param name="epochs">How often each sentence is seen.</param>
/// <param name="breathe">Awaited between steps, for the page to stay alive.</param>
internal sealed class TrainingSession(ReferenceDocsDataset docs, ulong seed, int epochs, Func<Task> breathe)
{
    private const double LearningRate = 0.01;

    /// <summary>Sentences evaluated between two breaths.</summary>
    private const int Slice = 16;

    private readonly List<double> _losses = [];

    /// <summary>The loss of each step so far.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>After the last step; null before the first.</summary>
    public TrainingProgress? Progress { get; private set; }

    /// <summary>Whether it was stopped before its end.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>The share of sentences that it never saw whose item is among the first ten.</summary>
    public double? FoundInFirstTen { get; private set; }

    /// <summary>Trains and indexes; what was learnt before it was stopped is indexed too.</summary>
    /// <param name="cancellationToken">Stops between steps.</param>
    public async Task<Retriever<string, string, string>> RunAsync(CancellationToken cancellationToken)
    {
        TwoTowerModel<string, string> model = DemoModel.Create(seed);
        RetrievalDataset data = RetrievalDataset.Encode(
            model, [.. docs.Train.Select(pair => pair.Summary)], docs.CandidateTexts, [.. docs.Train.Select(pair => pair.Candidate)], cancellationToken: CancellationToken.None);
        await breathe();
        var trainer = new Trainer(model, new RetrievalTask<float>(DemoModel.Task), new Adam<float>(LearningRate));
        trainer.StepCompleted += (_, step) => _losses.Add(step.Loss);
        try
        {
            await trainer.FitAsync(data, AfterStep, DemoModel.Training(seed, epochs), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            WasStopped = true;
        }

        Retriever<string, string, string> retriever = await DemoModel.IndexAsync(model, docs.CandidateTexts, docs.Candidates, breathe);
        retriever.Annotations = new Dictionary<string, string> { ["made_by"] = "ManagedRetrieval.Demo" };
        FoundInFirstTen = await FoundAsync(model, ((BruteForceIndex<string>)retriever.Index).Embeddings);
        return retriever;
    }

    private async Task<double> FoundAsync(TwoTowerModel<string, string> model, Tensor<float> items)
    {
        double found = 0;
        foreach (DocumentationPair[] pairs in docs.Test.Chunk(Slice))
        {
            QueryRanks ranks = FactorizedTopK.Rank(model.EmbedQueries([.. pairs.Select(pair => pair.Summary)]), items, [.. pairs.Select(pair => pair.Candidate)]);
            found += pairs.Length * RankMetric.TopKAccuracy(10).Of(ranks, TiePolicy.Pessimistic);
            await breathe();
        }

        return found / docs.Test.Count;
    }

    private async ValueTask AfterStep(TrainingProgress progress)
    {
        Progress = progress;
        await breathe();
    }
}
