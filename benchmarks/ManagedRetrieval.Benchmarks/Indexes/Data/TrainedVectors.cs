using ManagedRetrieval.Benchmarks.Adjacency;
using ManagedRetrieval.Benchmarks.Training;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Benchmarks.Indexes.Data;

/// <summary>Vectors of a model that is trained on the generated interactions of the training benchmark, by its settings: items, and users who ask.</summary>
internal static class TrainedVectors
{
    private const int Epochs = 3, Queries = 1000;

    /// <summary>Trains the model.</summary>
    /// <param name="name">What the rows of figures call the vectors.</param>
    /// <param name="normalize">Whether vectors have length 1.</param>
    /// <param name="parent">The folder that their own is in.</param>
    /// <param name="team">Shares out the work.</param>
    public static VectorSet Make(string name, bool normalize, string parent, WorkerTeam team)
    {
        AdjacencyData data = AdjacencyGenerator.Generate(new AdjacencySetting());
        int[] users = [.. Enumerable.Range(0, data.Train.Length)], items = [.. Enumerable.Range(0, data.ClusterOfItem.Length)];
        var model = new TwoTowerModel<int, int>(
            new IdFeature<int>(new Vocabulary<int>(users, outOfVocabularyBuckets: 0)),
            new IdFeature<int>(new Vocabulary<int>(items, outOfVocabularyBuckets: 0)),
            TrainingSetting.Towers with { Normalize = normalize });
        int[] queries = [.. data.Train.SelectMany((list, user) => Enumerable.Repeat(user, list.Length))], candidates = [.. data.Train.SelectMany(list => list)];
        var trainer = new Trainer(model, new RetrievalTask<float>(TrainingSetting.Task with { Temperature = normalize ? TrainingSetting.Task.Temperature : 1 }), TrainingSetting.Optimizer(), team);
        trainer.Fit(RetrievalDataset.Encode(model, queries, items, candidates), TrainingSetting.Epoch with { Epochs = Epochs });
        return new VectorSet(name, model.EmbedCandidates(items, team), model.EmbedQueries(Asking(users.Length), team), Path.Combine(parent, name));
    }

    /// <summary>Users at equal distances: which user has which taste is chance.</summary>
    private static int[] Asking(int users) => [.. Enumerable.Range(0, Queries).Select(i => (int)((long)i * users / Queries))];
}
