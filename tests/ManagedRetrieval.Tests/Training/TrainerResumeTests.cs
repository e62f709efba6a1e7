using FsCheck.Xunit;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Runs that were killed and went on from their last checkpoint.</summary>
public sealed class TrainerResumeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resume-").FullName;

    private string File => Path.Combine(_folder, "run.checkpoint");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Property(MaxTest = 40)]
    public void A_run_that_was_killed_anywhere_and_went_on_has_the_bits_of_one_that_nobody_disturbed(uint seed) => Check(seed);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_same_with_many_kills_in_one_run(uint seed) => Check(seed, kills: 8);

    [Fact]
    public async Task A_run_that_its_time_ended_within_an_epoch_goes_on_there()
    {
        var run = new ResumeCase(4);
        ResumeCase.Made undisturbed = run.Make(), timed = run.Make(), rest = run.Make();
        IReadOnlyList<string> expected = undisturbed.Came(undisturbed.Trainer.Fit(undisturbed.Data, undisturbed.Options));
        var time = new ManualTime();
        var trainer = new Trainer(timed.Model, timed.Task, timed.Optimizer, timeProvider: time);
        trainer.StepCompleted += (_, _) => time.Advance(TimeSpan.FromSeconds(1));
        TrainingOptions options = timed.Options with { Checkpoint = new() { Path = File, EveryEpochs = null }, TimeBudget = TimeSpan.FromSeconds(2) };
        Assert.Equal(StopReason.TimeBudget, trainer.Fit(timed.Data, options).StopReason);

        TrainingCheckpoint checkpoint = await TrainingCheckpoint.LoadAsync(File);
        Assert.True(checkpoint.IsWithinEpoch);
        Assert.Empty(checkpoint.Epochs);
        Assert.Equal((2, TimeSpan.FromSeconds(2)), (checkpoint.Steps, checkpoint.Elapsed));
        TrainingResult result = rest.Trainer.Resume(checkpoint, rest.Data, rest.Options);
        Assert.Equal(expected, rest.Came(result));
        Assert.True(result.Elapsed > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_finished_run_goes_on_for_further_epochs_as_if_they_had_been_meant_from_the_start()
    {
        (TwoTowerModel<int[], int[]> longModel, Trainer longTrainer, RetrievalDataset longData) = Plain();
        longTrainer.Fit(longData, new() { Epochs = 4, BatchSize = 60 });
        (_, Trainer trainer, RetrievalDataset data) = Plain();
        trainer.Fit(data, new() { Epochs = 2, BatchSize = 60, Checkpoint = new() { Path = File } });
        (TwoTowerModel<int[], int[]> model, Trainer other, RetrievalDataset same) = Plain();
        TrainingResult result = other.Resume(TrainingCheckpoint.Load(File), same, new() { Epochs = 4, BatchSize = 60 });
        Assert.Equal([1, 2, 3, 4], result.Select(epoch => epoch.Epoch));
        Assert.Equal(TrainerTests.Values(longModel), TrainerTests.Values(model));
        Refusal.Of<ArgumentException>(() => other.Resume(TrainingCheckpoint.Load(File), same, new() { Epochs = 1, BatchSize = 60 }), "Epochs must be at least the 2");
    }

    [Fact]
    public void The_trainer_s_own_past_is_forgotten_and_workers_make_no_difference()
    {
        (TwoTowerModel<int[], int[]> once, Trainer trainer, RetrievalDataset data) = Plain();
        TrainingOptions options = new() { Epochs = 3, BatchSize = 60, MemoryCapacity = 90 };
        trainer.Fit(data, options with { Checkpoint = new() { Path = File, EverySteps = 5, EveryEpochs = null } });
        using var team = new WorkerTeam(3);
        (TwoTowerModel<int[], int[]> model, Trainer other, RetrievalDataset same) = Plain(team);
        other.Fit(same, options);
        other.Resume(TrainingCheckpoint.Load(File), same, options);
        Assert.Equal(TrainerTests.Values(once), TrainerTests.Values(model));
    }

    [Fact]
    public void Checkpoints_come_when_they_are_due_and_say_so()
    {
        (_, Trainer trainer, RetrievalDataset data) = Plain();
        var saved = new List<SavedCheckpoint>();
        trainer.CheckpointSaved += (sender, checkpoint) =>
        {
            Assert.Same(trainer, sender);
            TrainingCheckpoint read = TrainingCheckpoint.Load(checkpoint.Path);
            Assert.Equal((checkpoint.Epochs, checkpoint.Steps), (read.Epochs.Count, read.Steps));
            saved.Add(checkpoint);
        };

        // Seven steps an epoch.
        trainer.Fit(data, new() { Epochs = 3, BatchSize = 60, Checkpoint = new() { Path = File, EverySteps = 4, EveryEpochs = 2 } });
        Assert.Equal([(0, 4), (1, 8), (1, 12), (2, 14), (2, 16), (2, 20)], saved.Select(checkpoint => (checkpoint.Epochs, (int)checkpoint.Steps)));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Other_settings_are_refused_by_name_and_nothing_is_changed()
    {
        (_, Trainer trainer, RetrievalDataset data) = Plain();
        TrainingOptions options = new() { Epochs = 2, BatchSize = 60, NegativeSampler = new UniformSampler(Planted.Candidates), SampledNegatives = 5 };
        trainer.Fit(data, options with { Checkpoint = new() { Path = File } });
        var checkpoint = TrainingCheckpoint.Load(File);
        Refused(options with { BatchSize = 61 }, null, "BatchSize was 60 and is 61");
        Refused(options with { Seed = 9 }, null, "Seed was 0 and is 9");
        Refused(options with { MemoryCapacity = 3 }, null, "MemoryCapacity was 0 and is 3");
        Refused(options with { CorrectSamplingBias = true }, null, "CorrectSamplingBias was off and is on");
        Refused(options with { SampledNegatives = 6 }, null, "SampledNegatives was 5 and is 6");
        Refused(options with { NegativeSampler = new LogUniformSampler(Planted.Candidates) }, null, "NegativeSampler was UniformSampler over 200", "and is LogUniformSampler");
        Refused(options with { Validation = new() { Evaluate = _ => new Dictionary<string, double>(), Metric = "hits" } }, null, "validation was none and is hits");
        Refused(options, model => new(model, new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true }), new Adagrad<float>(0.2)), "optimizer's LearningRate was 0.1 and is 0.2");
        Refused(options, model => new(model, new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true }), new Adam<float>(0.1)), "optimizer's type was Adagrad and is Adam");
        Refused(
            options,
            model => new(model, new RetrievalTask<float>(new() { Loss = new SoftmaxLoss<float>(labelSmoothing: 0.1), Temperature = 0.1, RemoveAccidentalHits = true }), new Adagrad<float>(0.1)),
            "task's loss was SoftmaxLoss with label smoothing 0,", "and is SoftmaxLoss with label smoothing 0.1,");
        Refused(
            options,
            model => new(model, new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true }), new Adagrad<float>(0.1) { Schedule = LearningRateSchedule.StepDecay(3, 0.5) }),
            "optimizer's Schedule, step 4 was 1 and is 0.5");
        Refused(options, model => new(model, new RetrievalTask<float>(new() { Temperature = 0.3, RemoveAccidentalHits = true }), new Adagrad<float>(0.1)), "task's Temperature was 0.1 and is 0.3");

        TwoTowerModel<int[], int[]> other = Planted.Model();
        int[] moved = [.. new Planted().Positives];
        moved[7] = 100;
        var otherData = RetrievalDataset.Encode(other, new Planted().Queries, new Planted().Corpus, moved);
        Refusal.Of<ArgumentException>(() => Planted.Trainer(other).Resume(checkpoint, otherData, options), "data was 400 pairs over 200 candidates, hash");

        TwoTowerModel<int[], int[]> wide = new(new Towers.GivenIds(650), new Towers.GivenIds(200), new TwoTowerOptions { Dimensions = 25, Linear = true });
        Refusal.Of<ArgumentException>(() => Planted.Trainer(wide).Resume(checkpoint, new Planted().Data(wide), options), "shape of 'query.table' was [650, 24] and is [650, 25]");

        void Refused(TrainingOptions options, Func<TwoTowerModel, Trainer>? make, params string[] parts)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            float[] before = TrainerTests.Values(model);
            Trainer trainer = make?.Invoke(model) ?? Planted.Trainer(model);
            ArgumentException error = Assert.Throws<ArgumentException>(() => trainer.Resume(checkpoint, new Planted().Data(model), options));
            Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
            Assert.Equal(before, TrainerTests.Values(model));
        }
    }

    [Fact]
    public void A_loss_metric_that_cannot_be_saved_within_an_epoch_is_refused_at_the_start_and_serves_between_epochs()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var trainer = new Trainer(model, new RetrievalTask<float>(new() { LossMetrics = [new Forgetful()] }), new Adagrad<float>());
        RetrievalDataset data = new Planted().Data(model);
        Refusal.Of<ArgumentException>(() => trainer.Fit(data, new() { Checkpoint = new() { Path = File, EverySteps = 1 } }), "'forgetful'", "ILossMetricState");
        Refusal.Of<ArgumentException>(() => trainer.Fit(data, new() { Checkpoint = new() { Path = File }, TimeBudget = TimeSpan.FromDays(1) }), "'forgetful'");
        trainer.Fit(data, new() { Epochs = 1, BatchSize = 200, Checkpoint = new() { Path = File } });
        trainer.Resume(TrainingCheckpoint.Load(File), data, new() { Epochs = 2, BatchSize = 200 });
    }

    [Fact]
    public void Settings_of_a_checkpoint_outside_their_range_are_refused_before_training()
    {
        (TwoTowerModel<int[], int[]> model, Trainer trainer, RetrievalDataset data) = Plain();
        float[] before = TrainerTests.Values(model);
        Refusal.Of<ArgumentOutOfRangeException>(() => trainer.Fit(data, new() { Checkpoint = new() { Path = File, EverySteps = 0 } }), "EverySteps");
        Refusal.Of<ArgumentOutOfRangeException>(() => trainer.Fit(data, new() { Checkpoint = new() { Path = File, EveryEpochs = 0 } }), "EveryEpochs");
        Refusal.Of<ArgumentException>(() => trainer.Fit(data, new() { Checkpoint = new() { Path = "" } }), "Path");
        Refusal.Of<DirectoryNotFoundException>(() => trainer.Fit(data, new() { Checkpoint = new() { Path = Path.Combine(_folder, "none", "x") } }), "none");
        Assert.Equal(before, TrainerTests.Values(model));
    }

    private static (TwoTowerModel<int[], int[]> Model, Trainer Trainer, RetrievalDataset Data) Plain(WorkerTeam? team = null)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        return (model, Planted.Trainer(model, team), new Planted().Data(model));
    }

    private void Check(uint seed, int kills = 1)
    {
        var run = new ResumeCase(seed);
        ResumeCase.Made undisturbed = run.Make();
        IReadOnlyList<string> expected = undisturbed.Came(undisturbed.Trainer.Fit(undisturbed.Data, undisturbed.Options));

        var draw = new Draw(seed + 1UL, 8);
        int steps = undisturbed.Options.Epochs * undisturbed.Options.StepsPerEpoch(400);
        CheckpointOptions checkpoint = new()
        {
            Path = Path.Combine(_folder, $"{seed}.checkpoint"),
            EverySteps = draw.Bool() ? draw.Between(1, 6) : null,
            EveryEpochs = draw.Bool() ? draw.Between(1, 2) : null,
        };
        for (int kill = 0; ; kill++)
        {
            ResumeCase.Made made = run.Make();
            using var source = new CancellationTokenSource();
            int left = kill < kills ? draw.Between(1, steps) : int.MaxValue;
            made.Trainer.StepCompleted += (_, _) =>
            {
                if (--left == 0)
                {
                    source.Cancel();
                }
            };
            TrainingOptions options = made.Options with { Checkpoint = checkpoint };
            try
            {
                TrainingResult result = System.IO.File.Exists(checkpoint.Path)
                    ? made.Trainer.Resume(TrainingCheckpoint.Load(checkpoint.Path), made.Data, options, null, source.Token)
                    : made.Trainer.Fit(made.Data, options, null, source.Token);
                Assert.Equal(expected, made.Came(result));
                return;
            }
            catch (OperationCanceledException)
            {
                Assert.True(kill < kills);
            }
        }
    }

    private sealed class Forgetful : ILossMetric
    {
        public string Name => "forgetful";

        public double Result => 1;

        public void Update(ReadOnlySpan<double> losses, ReadOnlySpan<double> weights)
        {
        }

        public void Reset()
        {
        }
    }
}
