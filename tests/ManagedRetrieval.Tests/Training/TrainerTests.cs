using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

public class TrainerTests
{
    private static readonly Planted Planted = new();

    [Fact]
    public void It_learns_a_planted_structure_well_enough_for_queries_it_never_saw()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Assert.InRange(Planted.HeldOutAccuracy(model), 0, 0.05);
        TrainingResult epochs = Planted.Trainer(model).Fit(Planted.Data(model), new() { Epochs = 20, BatchSize = 64 });
        Assert.InRange(Planted.HeldOutAccuracy(model), 0.95, 1);
        Assert.True(epochs[^1].Loss < 0.2 * epochs[0].Loss, $"{epochs[0].Loss} only fell to {epochs[^1].Loss}");
        Assert.Equal(Enumerable.Range(1, 20), epochs.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void The_seed_decides_every_bit_and_the_number_of_workers_none()
    {
        float[] once = Train(5, null);
        Assert.Equal(once, Train(5, null));
        foreach (int workers in (int[])[2, 3])
        {
            using var team = new WorkerTeam(workers);
            Assert.Equal(once, Train(5, team));
        }

        Assert.NotEqual(once, Train(6, null));

        static float[] Train(ulong seed, WorkerTeam? team)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            Planted.Trainer(model, team).Fit(Planted.Data(model), new() { Epochs = 3, BatchSize = 150, Seed = seed });
            return Values(model);
        }
    }

    [Fact]
    public void Each_epoch_has_an_order_of_its_own()
    {
        // The first step of an epoch tells which pairs came first: those whose query words moved.
        TwoTowerModel<int[], int[]> model = Planted.Model(linear: false);
        var firsts = new List<HashSet<int>>();
        Tracked.Fit(Planted, model, new() { Epochs = 3, BatchSize = 50 }, [], step =>
        {
            if (step.First)
            {
                firsts.Add([.. step.Pairs]);
            }
        });
        Assert.Equal(3, firsts.Count);
        Assert.False(firsts[0].SetEquals(firsts[1]) || firsts[1].SetEquals(firsts[2]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_pair_is_seen_once_an_epoch_and_the_epoch_s_loss_is_the_weighted_mean(bool weighted)
    {
        // 400 pairs in batches of 60: the last one has 40.
        float[] weights = weighted ? [.. Enumerable.Range(0, 400).Select(i => 0.25f + (i % 7))] : [];
        TwoTowerModel<int[], int[]> model = Planted.Model(linear: false);
        List<int> seen = [];
        List<int> sizes = [];
        double loss = 0;
        TrainingResult epochs = Tracked.Fit(Planted, model, new() { Epochs = 2, BatchSize = 60 }, weights, step =>
        {
            seen.AddRange(step.Pairs);
            sizes.Add(step.Pairs.Length);
            loss += step.Progress.Epoch == 2 ? step.Loss : 0;
        });
        Assert.Equal(Enumerable.Range(0, 400), seen.Take(400).Order());
        Assert.Equal(Enumerable.Range(0, 400), seen.Skip(400).Order());
        Assert.Equal([60, 60, 60, 60, 60, 60, 40, 60, 60, 60, 60, 60, 60, 40], sizes);
        double weight = weighted ? weights.Sum(value => (double)value) : 400;
        Assert.Equal(loss / weight, epochs[1].Loss, 1e-5 * epochs[1].Loss);
    }

    [Fact]
    public void Progress_comes_after_each_step_with_the_right_counts()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var reports = new List<TrainingProgress>();
        TrainingResult epochs = Planted.Trainer(model).Fit(
            Planted.Data(model), new() { Epochs = 2, BatchSize = 150 }, new Observer(reports.Add));
        Assert.Equal([150, 300, 400, 550, 700, 800], reports.Select(report => report.Pairs));
        Assert.Equal([1, 1, 1, 2, 2, 2], reports.Select(report => report.Epoch));
        Assert.All(reports, report => Assert.Equal((2, 800L), (report.Epochs, report.TotalPairs)));
        Assert.Equal(epochs[0].Loss, reports[2].Loss);
        Assert.Equal(epochs[1].Loss, reports[5].Loss);
        Assert.True(reports.Zip(reports.Skip(1)).All(two => two.First.Elapsed <= two.Second.Elapsed));
        Assert.Equal(TimeSpan.Zero, reports[5].Remaining);
        Assert.True(reports[0].Remaining > TimeSpan.Zero && reports[0].Rate > 0);
    }

    [Fact]
    public void Cancelling_from_within_progress_stops_before_the_next_step_and_leaves_a_usable_model()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = Planted.Data(model);
        using var source = new CancellationTokenSource();
        int reports = 0;
        float[] atCancellation = [];
        Trainer trainer = Planted.Trainer(model);
        var observer = new Observer(_ =>
        {
            if (++reports == 3)
            {
                source.Cancel();
                atCancellation = Values(model);
            }
        });
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(data, new() { Epochs = 5, BatchSize = 50 }, observer, source.Token));
        Assert.Equal(3, reports);
        Assert.Equal(atCancellation, Values(model));
        trainer.Fit(data, new() { Epochs = 20, BatchSize = 64 });
        Assert.InRange(Planted.HeldOutAccuracy(model), 0.95, 1);
    }

    [Fact]
    public void A_loss_that_is_no_number_is_an_error_and_poisons_no_parameter()
    {
        var model = new TwoTowerModel<int[], int[]>(
            new GivenIds(700), new GivenIds(200), new TwoTowerOptions { Dimensions = 4, Normalize = false, Linear = false });
        var trainer = new Trainer(model, new RetrievalTask<float>(), new Adagrad<float>(1e25));
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => trainer.Fit(Planted.Data(model), new() { BatchSize = 50 }));
        Assert.Contains("epoch", error.Message, StringComparison.Ordinal);
        Assert.All(Values(model), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Correction_of_the_sampling_bias_has_an_effect_and_needs_uneven_frequencies()
    {
        // Every candidate has two pairs: the same constant on all logits.
        TwoTowerModel<int[], int[]> model = Planted.Model();
        double plain = FirstLoss(model, Planted.Data(model), false);
        model = Planted.Model();
        Assert.Equal(plain, FirstLoss(model, Planted.Data(model), true), 1e-4);

        int[] uneven = [.. Planted.Positives.Select((positive, i) => i % 4 == 0 ? 0 : positive)];
        model = Planted.Model();
        plain = FirstLoss(model, RetrievalDataset.Encode(model, Planted.Queries, Planted.Corpus, uneven), false);
        model = Planted.Model();
        Assert.NotEqual(plain, FirstLoss(model, RetrievalDataset.Encode(model, Planted.Queries, Planted.Corpus, uneven), true), 0.01);

        static double FirstLoss(TwoTowerModel model, RetrievalDataset data, bool correct) =>
            Planted.Trainer(model).Fit(data, new() { Epochs = 1, BatchSize = 400, CorrectSamplingBias = correct })[0].Loss;
    }

    [Fact]
    public void A_pair_of_weight_zero_moves_no_word_of_its_query()
    {
        float[] weights = [.. Enumerable.Repeat(1f, 400)];
        (weights[10], weights[11]) = (0, 0);
        TwoTowerModel<int[], int[]> model = Planted.Model(linear: false);
        float[] before = model.QueryTower.Table.Value.Row(15).ToArray();
        Planted.Trainer(model).Fit(Planted.Data(model, weights), new() { Epochs = 2, BatchSize = 100 });

        // Pairs 10 and 11 are those of candidate 5, whose words are 15 to 17; pair 12 starts with word 18.
        Assert.Equal(before, model.QueryTower.Table.Value.Row(15).ToArray());
        Assert.NotEqual(Planted.Model(linear: false).QueryTower.Table.Value.Row(18).ToArray(), model.QueryTower.Table.Value.Row(18).ToArray());
    }

    [Fact]
    public void The_loss_is_zero_as_long_as_only_pairs_of_weight_zero_were_seen()
    {
        // One pair of 400 counts: wherever the order puts it, steps before it have seen no weight, and it is not always first.
        float[] weights = new float[400];
        weights[7] = 2;
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var reports = new List<TrainingProgress>();
        TrainingResult epochs = Planted.Trainer(model).Fit(
            Planted.Data(model, weights), new() { Epochs = 3, BatchSize = 50 }, new Observer(reports.Add));
        Assert.Contains(reports, report => report.Loss == 0);
        Assert.All(reports, report => Assert.True(report.Loss >= 0, $"the loss is {report.Loss} after {report.Pairs} pairs"));
        Assert.All(epochs, epoch => Assert.True(epoch.Loss > 0, $"the loss is {epoch.Loss} in epoch {epoch.Epoch}"));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Trainer trainer = Planted.Trainer(model);
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => trainer.Fit(Planted.Data(model), new() { Epochs = 0 }));
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => trainer.Fit(Planted.Data(model), new() { BatchSize = 1 }));
        Assert.Throws<ArgumentNullException>("data", () => trainer.Fit(null!));
        Assert.Throws<ArgumentNullException>("model", () => new Trainer(null!, new RetrievalTask<float>(), new Adagrad<float>()));
        Assert.Throws<ArgumentNullException>("task", () => new Trainer(model, null!, new Adagrad<float>()));
        Assert.Throws<ArgumentNullException>("optimizer", () => new Trainer(model, new RetrievalTask<float>(), null!));
    }

    internal static float[] Values(TwoTowerModel model) => [.. model.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())];
}
