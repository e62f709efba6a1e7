using System.Diagnostics;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>This library's model of the tutorial.</summary>
internal sealed class OurModel(MovieRatings data, ulong seed, WorkerTeam team)
{
    private readonly TwoTowerModel<string, string> _model = new(
        new IdFeature<string>(data.Users),
        new IdFeature<string>(data.DistinctTitles),
        new TwoTowerOptions { Dimensions = Tutorial.Dimensions, Normalize = false, EmbeddingScale = Tutorial.EmbeddingScale, ShareTable = false, Seed = seed });

    /// <summary>The tables as they are now.</summary>
    public Embeddings Embeddings => new(_model.EmbedQueries(Known(data.Users)), _model.EmbedCandidates(Known(data.DistinctTitles)));

    /// <summary>Learns.</summary>
    public TrainingLog Train(RatedPairs pairs)
    {
        var task = new RetrievalTask<float>(new RetrievalTaskOptions<float> { Reduction = LossReduction.Sum });
        var trainer = new Trainer(_model, task, new Adagrad<float>(Tutorial.LearningRate, Tutorial.InitialAccumulator, Tutorial.Epsilon), team);
        var steps = new Steps(this);
        long start = Stopwatch.GetTimestamp();
        trainer.Fit(
            RetrievalDataset.Encode(_model, pairs.Users, data.Titles, pairs.Movies),
            new TrainingOptions { Epochs = Tutorial.Epochs, BatchSize = Tutorial.BatchSize, Seed = seed },
            steps);
        return new TrainingLog(steps.Losses, steps.First, Embeddings, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Keys of every index, in order: an unknown one, which has index 0, and the known ones.</summary>
    private static string[] Known(Vocabulary<string> vocabulary) => ["", .. vocabulary.Keys];

    private sealed class Steps(OurModel model) : IProgress<TrainingProgress>
    {
        public List<double> Losses { get; } = [];

        public Embeddings First { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (Losses.Count == 0)
            {
                First = model.Embeddings;
            }

            Losses.Add(value.Loss);
        }
    }
}
