using System.Diagnostics;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Trains one model with one seed, looks at it after each epoch, and ranks what was held out.</summary>
internal sealed class ModelTraining(TrainingData data, NamedModel named, RunSettings settings, SavedModel? earlier, WorkerTeam team, IComputeBackend<float>? backend, Terminal terminal)
{
    private readonly IReadOnlyList<(string Name, RankMetric Metric)> _metrics = MetricNames.Of(named.Description);
    private TimeSpan _looking;

    /// <summary>The model as described, fitted, not yet trained.</summary>
    private TwoTowerModel<Entity, Entity> Create(ulong seed)
    {
        ModelDescription description = named.Description;
        var builder = new TwoTowerBuilder<Entity, Entity>
        {
            Dimensions = description.Dimensions,
            Normalize = description.Normalize,
            EmbeddingScale = description.EmbeddingScale,
            MatryoshkaDimensions = description.Matryoshka,
            Seed = seed,
        };
        try
        {
            Add(builder.Query, description.Query, data.QueryFit(description.Training.FitOnAll, earlier));
            Add(builder.Candidate, description.Candidate, data.CandidateFit(description.Training.FitOnAll, earlier));
            TwoTowerModel<Entity, Entity> model = builder.Build();
            if (earlier is not null)
            {
                WarmStart taken = WarmStart.Apply(model, earlier.Retriever.Model);
                terminal.Line(
                    $"Took over {Counted.Of(taken.Parameters, "parameter")} with {Counted.Of(taken.Rows, "known row")}; {Counted.Of(taken.NewRows, "row")} and {Counted.Of(taken.Left.Count, "parameter")} are new.");
            }

            return model;
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidOperationException)
        {
            throw new ToolException($"The model '{named.Name}' cannot be made as described: {refused.Message}", refused);
        }
    }

    /// <exception cref="ToolException">The description or a checkpoint does not fit.</exception>
    public async Task<TrainedModel> RunAsync(ulong seed, CancellationToken cancellationToken)
    {
        ModelDescription description = named.Description;
        TwoTowerModel<Entity, Entity> model = Create(seed);
        TrainingResult result;
        RetrievalDataset pairs;
        EpochDoctor doctor;
        try
        {
            pairs = terminal.Step("Encoding the training pairs …", () => Encode(model, cancellationToken));
            doctor = new EpochDoctor(description.Training.Metric, MaskedShare.Of(description.Task, data.Split.Train, pairs), team, terminal);
            TrainingOptions options = Options(model, doctor, seed);
            Optimizer<float> optimizer = description.Optimizer.Create(checked((description.Training.ScheduleEpochs ?? options.Epochs) * options.StepsPerEpoch(pairs.Count)));
            result = await TrainAsync(new Trainer(model, description.Task.Create(), optimizer, team, backend), doctor, pairs, options, cancellationToken).ConfigureAwait(false);
            if (data.Validation is null)
            {
                // Where epochs are judged, the averaged weights of the best are in place already.
                optimizer.Average?.SwapIn(team);
            }
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidOperationException)
        {
            // A checkpoint of another run, for one; the message says what differs.
            throw new ToolException($"Cannot train '{named.Name}': {refused.Message}", refused);
        }

        Tensor<float> corpus = model.EmbedCandidates(data.Corpus, team, cancellationToken);
        var trained = new TrainedModel
        {
            Model = model,
            Seed = seed,
            Result = result,
            Health = doctor.Health,
            TrainingTime = result.Elapsed - _looking,
            Validation = Rank(model, corpus, data.Validation, cancellationToken),
            Test = Rank(model, corpus, data.Test, cancellationToken),
            Corpus = corpus,
            SamplingProbability = description.Training.CorrectSamplingBias ? pairs.CandidateFrequencies() : default,
        };
        return description.Training.Refit && result.BestEpoch is { } best ? await RefitAsync(trained, best, cancellationToken).ConfigureAwait(false) : trained;
    }

    /// <summary>Trains anew on training and validation part together, for as many epochs as were best on the validation part.</summary>
    private async Task<TrainedModel> RefitAsync(TrainedModel trained, int epochs, CancellationToken cancellationToken)
    {
        terminal.Line($"Training anew with the validation part, {Counted.Of(epochs, "epoch")}.");
        ModelDescription description = named.Description;
        var last = new NamedModel(RefitName(named.Name), description with { Training = description.Training with { Epochs = epochs, Refit = false, ScheduleEpochs = description.Training.Epochs } });
        TrainedModel refitted = await new ModelTraining(data.WithValidation(), last, settings with { TimeBudget = null }, earlier, team, backend, terminal).RunAsync(trained.Seed, cancellationToken).ConfigureAwait(false);
        return refitted with
        {
            Result = trained.Result,
            Health = trained.Health,
            TrainingTime = trained.TrainingTime + refitted.TrainingTime,
            Validation = trained.Validation,
        };
    }

    /// <summary>What the last training is called, and its checkpoint after it.</summary>
    public static string RefitName(string model) => model + "-refit";

    private RetrievalDataset Encode(TwoTowerModel<Entity, Entity> model, CancellationToken cancellationToken)
    {
        TrainingPairs pairs = data.Pairs(named.Description.Training.Recency);
        return RetrievalDataset.Encode(
            model,
            pairs.Queries,
            data.Corpus,
            data.Split.Train.ItemColumn,
            pairs.Weights,
            named.Description.Task.RemoveKnownPositives ? data.Split.Train.UserColumn : default,
            data.Split.Train.Negatives,
            cancellationToken);
    }

    private static void Add(TowerBuilder<Entity> tower, TowerDescription description, FitData fit)
    {
        foreach (FeatureDescription feature in description.Features)
        {
            feature.AddTo(tower, fit);
        }

        tower.Join(description.Join);
        foreach (LayerDescription layer in description.Layers)
        {
            layer.AddTo(tower);
        }
    }

    private async Task<TrainingResult> TrainAsync(
        Trainer trainer, EpochDoctor doctor, RetrievalDataset pairs, TrainingOptions options, CancellationToken cancellationToken)
    {
        trainer.EpochCompleted += (_, epoch) => doctor.Tell(epoch);
        string file = options.Checkpoint!.Path;
        if (!settings.Resume || !File.Exists(file))
        {
            return await terminal.TrainAsync(progress => trainer.Fit(pairs, options, progress, cancellationToken)).ConfigureAwait(false);
        }

        TrainingCheckpoint checkpoint = await TrainingCheckpoint.LoadAsync(file, cancellationToken).ConfigureAwait(false);
        terminal.Line(FormattableString.Invariant($"Going on after step {checkpoint.Steps:n0}."));
        doctor.LastEnd = checkpoint.Epochs is [.., { Elapsed: var end }] ? end : TimeSpan.Zero;
        return await terminal.TrainAsync(progress => trainer.Resume(checkpoint, pairs, options, progress, cancellationToken)).ConfigureAwait(false);
    }

    private TrainingOptions Options(TwoTowerModel<Entity, Entity> model, EpochDoctor doctor, ulong seed)
    {
        TrainingDescription training = named.Description.Training;
        return new TrainingOptions
        {
            Epochs = training.Epochs,
            BatchSize = training.BatchSize,
            Seed = seed,
            CorrectSamplingBias = training.CorrectSamplingBias,
            NegativeSampler = training.SampledNegatives > 0 ? new UniformSampler(data.Corpus.Count) : null,
            SampledNegatives = training.SampledNegatives,
            HardNegatives = training.HardNegatives?.Create(),
            TimeBudget = settings.TimeBudget,
            Profile = true,
            Checkpoint = new CheckpointOptions { Path = settings.CheckpointFile(named.Name, seed), EverySteps = settings.CheckpointSteps },
            Validation = data.Validation is null ? null : new Validation
            {
                Evaluate = token => Look(model, doctor, token),
                Metric = training.Metric,
                Patience = training.Patience,
            },
        };
    }

    private Dictionary<string, double> Look(TwoTowerModel<Entity, Entity> model, EpochDoctor doctor, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Tensor<float> corpus = model.EmbedCandidates(data.Corpus, team, cancellationToken);
        Tensor<float> queries = model.EmbedQueries(data.Validation!.Queries, team, cancellationToken);
        QueryRanks ranks = data.Validation.Rank(queries, corpus, team, cancellationToken);
        doctor.Look(queries, corpus, ranks);
        _looking += Stopwatch.GetElapsedTime(start);
        return _metrics.ToDictionary(metric => metric.Name, metric => metric.Metric.Of(ranks, Ties(named.Description)), StringComparer.Ordinal);
    }

    /// <summary>Ties count against a model, but for the names whose original counts them for it.</summary>
    public static TiePolicy Ties(ModelDescription description) => description.Evaluation.TfrsNames ? TiePolicy.Optimistic : TiePolicy.Pessimistic;

    private QueryRanks? Rank(TwoTowerModel<Entity, Entity> model, Tensor<float> corpus, HeldOutQueries? heldOut, CancellationToken cancellationToken) =>
        heldOut?.Rank(model.EmbedQueries(heldOut.Queries, team, cancellationToken), corpus, team, cancellationToken);
}
