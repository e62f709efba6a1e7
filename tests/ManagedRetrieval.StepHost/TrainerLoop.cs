using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.StepHost;

/// <summary>One epoch of a trainer whose model has several features, a sequence, dropout, leading dimensions of their own and groups.</summary>
internal static class TrainerLoop
{
    private const int Movies = 500;
    private const int Batch = 64;

    /// <summary>What each window of steps allocated in the whole process, in bytes.</summary>
    public static long[] Allocated(HistoryKind history, WorkerTeam team, int windows, int steps, int warmUp)
    {
        var random = new Random(5);
        Rating[] ratings = [.. Enumerable.Range(0, Batch * (warmUp + (windows * steps) + 1)).Select(_ => new Rating(
            random.Next(300), [.. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(Movies))], random.NextDouble()))];
        TwoTowerModel<Rating, int> model = Model(history);
        RetrievalDataset data = RetrievalDataset.Encode(
            model, ratings, [.. Enumerable.Range(0, Movies)], [.. ratings.Select(_ => random.Next(Movies))], groups: [.. ratings.Select(rating => rating.User)]);
        var clock = new StepClock(windows, steps, warmUp, callsPerStep: 1 + model.MatryoshkaDimensions.Count);
        var task = new RetrievalTask<float>(new() { Temperature = 0.1, LearnTemperature = true, LossMetrics = [clock] });
        new Trainer(model, task, new Adam<float>(0.01), team).Fit(data, new()
        {
            Epochs = 1,
            BatchSize = Batch,
            CorrectSamplingBias = true,
            NegativeSampler = new UniformSampler(Movies),
            SampledNegatives = 20,
            MemoryCapacity = 100,
        });
        return clock.Allocated;
    }

    private static TwoTowerModel<Rating, int> Model(HistoryKind history)
    {
        var movie = new IdFeature<int>(new Vocabulary<int>([.. Enumerable.Range(0, Movies)], 1));
        var builder = new TwoTowerBuilder<Rating, int> { Dimensions = 16, MatryoshkaDimensions = [4, 8] };
        builder.Query
            .Embed("user", new HashFeature<int>(200, 2), rating => rating.User, new() { LearnWeights = true })
            .Sequence("seen", new ListFeature<int>(movie), rating => rating.Seen, new() { Encoder = history, Table = "movie", CausalAttention = new() { MaximumLength = 20, DropoutRate = 0.2 } })
            .Embed("bag", new ListFeature<int>(movie), rating => rating.Seen, new() { Table = "movie", Combiner = BagCombiner.SqrtN })
            .Numbers("age", new NumberFeature(0.5, 0.3), rating => rating.Age)
            .Embed("age group", new BucketFeature(0.3, 0.7), rating => rating.Age, new() { Dimensions = 2 })
            .Dense(24, new() { LayerNorm = true, DropoutRate = 0.2 })
            .Cross(1);
        builder.Candidate
            .Embed("id", movie, id => id, new() { Table = "movie" })
            .Embed("hashed", new HashFeature<int>(50), id => id)
            .Join(TowerJoin.Sum);
        return builder.Build();
    }

    private sealed record Rating(int User, int[] Seen, double Age);
}
