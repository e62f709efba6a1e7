using System.Globalization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Further negatives, and what the task adds to training. The step of the optimizer is too small to move anything, so losses can be computed anew.</summary>
public class TrainerNegativesTests
{
    private const int Pairs = 2 * Planted.Candidates;
    private static readonly Planted Planted = new();
    private static readonly RetrievalTaskOptions<float> Options = new() { Temperature = 0.1, RemoveAccidentalHits = true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sampled_rows_are_negatives_of_every_query_with_the_mixture_s_probability(bool correct)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        int[] drawn = [3, 3, 7, 190];
        TrainingOptions options = new()
        {
            Epochs = 1,
            BatchSize = Pairs,
            CorrectSamplingBias = correct,
            NegativeSampler = new FixedSampler(Planted.Candidates, drawn),
            SampledNegatives = drawn.Length,
        };
        double loss = Assert.Single(Fit(model, options)).Loss;

        // Every candidate has two of the 400 pairs; the sampler draws each row but the first with 1/199.
        float Probability(int row) => (float)(((Pairs * (1.0 / Planted.Candidates)) + (4 * (row == 0 ? 0 : 1.0 / 199))) / (Pairs + 4));
        Assert.Equal(Loss(model, drawn, correct ? Probability : null), loss, 1e-5);
        Assert.NotEqual(Loss(model, [], correct ? Probability : null), loss, 1e-4);
    }

    [Fact]
    public void Remembered_candidates_are_negatives_until_they_are_too_old()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        double[] forgetful = Losses(new() { MemoryCapacity = 5 * Pairs, MemoryMaximumAge = 1 });
        double[] longMemory = Losses(new() { MemoryCapacity = 5 * Pairs });
        double[] small = Losses(new() { MemoryCapacity = Pairs });
        double none = Loss(model, []), one = Loss(model, Planted.Positives), two = Loss(model, [.. Planted.Positives, .. Planted.Positives]);
        Close([none, one, one], forgetful);
        Close([none, one, two], longMemory);
        Close([none, one, one], small);

        double[] Losses(TrainingOptions options) => [.. Fit(model, options with { Epochs = 3, BatchSize = Pairs }).Select(epoch => epoch.Loss)];

        static void Close(double[] expected, double[] actual) => Agree.InNorm<double>("losses", expected, actual, 1e-6);
    }

    [Fact]
    public void A_memory_lasts_from_one_call_to_the_next_and_so_does_the_count_of_steps()
    {
        TrainingOptions options = new() { Epochs = 1, BatchSize = 60, MemoryCapacity = 100, NegativeSampler = new UniformSampler(Planted.Candidates), SampledNegatives = 20 };
        TwoTowerModel<int[], int[]> apart = Planted.Model(), together = Planted.Model();
        Trainer trainer = Planted.Trainer(apart);
        RetrievalDataset data = Planted.Data(apart);
        for (int call = 0; call < 3; call++)
        {
            trainer.Fit(data, options);
        }

        Planted.Trainer(together).Fit(Planted.Data(together), options with { Epochs = 3 });
        Assert.Equal(TrainerTests.Values(together), TrainerTests.Values(apart));
    }

    [Fact]
    public void Workers_make_no_difference_and_the_seed_does()
    {
        TrainingOptions options = new()
        {
            Epochs = 2,
            BatchSize = Pairs,
            CorrectSamplingBias = true,
            MemoryCapacity = 300,
            NegativeSampler = new UniformSampler(Planted.Candidates),
            SampledNegatives = 50,
        };
        float[] once = Train(options, null);
        using var team = new WorkerTeam(3);
        Assert.Equal(once, Train(options, team));

        // A batch of all pairs has the same negatives whatever its order, but other ones are drawn.
        Assert.NotEqual(once, Train(options with { Seed = 1 }, null));

        static float[] Train(TrainingOptions options, WorkerTeam? team)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            Planted.Trainer(model, team).Fit(Planted.Data(model), options);
            return TrainerTests.Values(model);
        }
    }

    [Fact]
    public void A_learnt_temperature_is_trained_with_the_towers()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var task = new RetrievalTask<float>(Options with { Temperature = 1, LearnTemperature = true });
        Assert.Equal(1, task.Temperature, 1e-6);
        TrainingResult epochs = new Trainer(model, task, new Adam<float>(0.01)).Fit(Planted.Data(model), new() { Epochs = 10, BatchSize = 64 });
        Assert.InRange(task.Temperature, 0.01, 0.9);
        Assert.True(epochs[^1].Loss < epochs[0].Loss);
    }

    [Fact]
    public void An_epoch_reports_the_batch_and_loss_metrics_of_its_own_pairs()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalTaskOptions<float> options = Options with { BatchMetrics = [RankMetric.TopKAccuracy(1), RankMetric.MeanRank], LossMetrics = [new MeanLoss()] };
        TrainingResult still = Fit(model, new() { Epochs = 2, BatchSize = Pairs }, options);
        Assert.Equal(
            [
                "retrieval/batch_logits/mean_rank", "retrieval/batch_logits/top_1_categorical_accuracy",
                "retrieval/batch_scores/mean_rank", "retrieval/batch_scores/top_1_categorical_accuracy",
                "retrieval/loss",
            ],
            still[0].Metrics.Keys);
        Assert.Equal(still[0].Loss, still[0].Metrics["retrieval/loss"], 1e-5);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $", retrieval/loss {still[0].Loss:f4}"), still[0].ToString(), StringComparison.Ordinal);

        // The same pairs under the same parameters, whatever the order: nothing of the first epoch is left in the second.
        Assert.All(still[0].Metrics, metric => Assert.Equal(metric.Value, still[1].Metrics[metric.Key], 1e-5));

        TrainingResult learning = new Trainer(model, new RetrievalTask<float>(options), new Adagrad<float>(0.1))
            .Fit(Planted.Data(model), new() { Epochs = 10, BatchSize = 64 });
        const string Accuracy = "retrieval/batch_logits/top_1_categorical_accuracy";
        Assert.True(learning[^1].Metrics[Accuracy] > 0.8 && learning[0].Metrics[Accuracy] < 0.5, $"{learning[0].Metrics[Accuracy]} to {learning[^1].Metrics[Accuracy]}");
    }

    [Fact]
    public void Pairs_without_a_negative_are_counted()
    {
        // All pairs have one candidate, which is no negative of itself.
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = RetrievalDataset.Encode(model, Planted.Queries, Planted.Corpus, new int[Pairs]);
        EpochResult alone = Alone(data, symmetric: false), symmetric = Alone(data, symmetric: true), distinct = Alone(Planted.Data(model), symmetric: true);
        Assert.Equal((Pairs, 0), (alone.RowsWithoutNegatives, alone.ColumnsWithoutNegatives));
        Assert.Equal((Pairs, Pairs), (symmetric.RowsWithoutNegatives, symmetric.ColumnsWithoutNegatives));
        Assert.Equal((0, 0), (distinct.RowsWithoutNegatives, distinct.ColumnsWithoutNegatives));

        EpochResult Alone(RetrievalDataset data, bool symmetric) => Assert.Single(
            new Trainer(model, new RetrievalTask<float>(Options with { Symmetric = symmetric }), new Adagrad<float>(1e-12)).Fit(data, new() { Epochs = 1, BatchSize = 90 }));
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Refusal.Of<ArgumentException>(() => Fit(model, new() { NegativeSampler = new UniformSampler(7), SampledNegatives = 1 }), "NegativeSampler", "200 rows", "7");
        Refusal.Of<ArgumentException>(() => Fit(model, new() { NegativeSampler = new UniformSampler(Planted.Candidates) }), "SampledNegatives is 0");
        Refusal.Of<ArgumentException>(() => Fit(model, new() { SampledNegatives = 5 }), "SampledNegatives is 5", "no NegativeSampler");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(model, new() { SampledNegatives = -1 }), "SampledNegatives");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(model, new() { MemoryCapacity = -1 }), "MemoryCapacity");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(model, new() { MemoryCapacity = 1 << 30 }), "MemoryCapacity must be at most", "24 dimensions");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(model, new() { MemoryMaximumAge = 0 }), "MemoryMaximumAge");
        Refusal.Of<ArgumentException>(() => Fit(model, new(), Options with { Reduction = LossReduction.None }), "Sum or Mean, not None");
    }

    private static TrainingResult Fit(
        TwoTowerModel<int[], int[]> model, TrainingOptions options, RetrievalTaskOptions<float>? task = null, params float[] weights) =>
        new Trainer(model, new RetrievalTask<float>(task ?? Options), new Adagrad<float>(1e-12)).Fit(Planted.Data(model, weights), options);

    /// <summary>The mean loss of all pairs in one batch with these rows as further negatives.</summary>
    private static double Loss(TwoTowerModel<int[], int[]> model, int[] further, Func<int, float>? probability = null)
    {
        int[] rows = [.. Planted.Positives, .. further];
        var tape = new Tape<float>();
        Variable<float> loss = new RetrievalTask<float>(Options).Loss(
            model.QueryTower.Apply(tape, TowerTests.Ragged(Planted.Queries)),
            model.CandidateTower.Apply(tape, TowerTests.Ragged([.. rows.Select(row => Planted.Corpus[row])])),
            new()
            {
                CandidateIds = rows,
                CandidateSamplingProbability = probability is null ? default : Tensor<float>.Of([.. rows.Select(probability)]),
            });
        return loss.Value.Span[0] / Pairs;
    }
}
