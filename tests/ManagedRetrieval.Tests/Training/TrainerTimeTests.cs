using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>A run with a limit of time, by a clock of its own; 400 pairs in batches of 100, a step a second.</summary>
public class TrainerTimeTests
{
    private static readonly Planted Planted = new();

    [Theory]
    [InlineData(0.5, 1, 1, StopReason.TimeBudget)]
    [InlineData(3, 3, 1, StopReason.TimeBudget)]
    [InlineData(4, 4, 1, StopReason.TimeBudget)]
    [InlineData(4.5, 5, 2, StopReason.TimeBudget)]
    [InlineData(12, 12, 3, StopReason.Completed)]
    [InlineData(100, 12, 3, StopReason.Completed)]
    public void No_step_begins_after_its_end(double seconds, int steps, int epochs, StopReason reason)
    {
        var looks = new List<int>();
        TrainingResult result = Fit(seconds, _ => looks.Add(1), out int taken);
        Assert.Equal((steps, steps, epochs, reason), (taken, (int)result.Steps, result.Count, result.StopReason));
        Assert.Equal(TimeSpan.FromSeconds(steps), result.Elapsed);
        Assert.Equal(epochs, looks.Count);
    }

    [Fact]
    public void The_epoch_that_was_cut_has_the_loss_of_the_pairs_that_it_saw()
    {
        double loss = 0;
        TrainingResult result = Fit(6, _ => { }, out _, step => loss += step.Epoch == 2 ? step.Loss / 2 : 0);
        Assert.Equal(loss, result[1].Loss, 1e-6);
    }

    [Fact]
    public void A_step_knows_its_time_and_its_epoch()
    {
        var steps = new List<StepResult>();
        Fit(100, _ => { }, out _, steps.Add);
        Assert.Equal(Enumerable.Range(1, 12).Select(step => (long)step), steps.Select(step => step.Step));
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3], steps.Select(step => step.Epoch));
        Assert.All(steps, step => Assert.Equal((100, 0.1, null), (step.Pairs, step.LearningRate, step.GradientNorm)));
        Assert.Equal(Enumerable.Range(0, 12).Select(second => TimeSpan.FromSeconds(second)), steps.Select(step => step.Elapsed));
    }

    [Fact]
    public void A_step_says_the_rate_of_its_schedule_and_the_norm_of_its_gradient()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var optimizer = new Adagrad<float>(0.5) { Schedule = LearningRateSchedule.StepDecay(1, 0.5), MaximumGradientNorm = double.PositiveInfinity };
        var trainer = new Trainer(model, new RetrievalTask<float>(), optimizer);
        var steps = new List<(double Rate, double? Norm)>();
        trainer.StepCompleted += (sender, step) =>
        {
            Assert.Same(trainer, sender);
            steps.Add((step.LearningRate, step.GradientNorm));
            Assert.Equal(optimizer.GradientNorm, step.GradientNorm);
        };
        trainer.Fit(Planted.Data(model), new() { Epochs = 1, BatchSize = 200 });
        Assert.Equal([0.5, 0.25], steps.Select(step => step.Rate));
        Assert.All(steps, step => Assert.True(step.Norm > 0));
    }

    [Fact]
    public void A_budget_that_is_no_time_is_refused()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Refusal.Of<ArgumentOutOfRangeException>(() => Planted.Trainer(model).Fit(Planted.Data(model), new() { TimeBudget = TimeSpan.Zero }), "TimeBudget");
    }

    private static TrainingResult Fit(double seconds, Action<EpochResult> onEpoch, out int taken, Action<StepResult>? onStep = null)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var time = new ManualTime();
        var trainer = new Trainer(model, new RetrievalTask<float>(), new Adagrad<float>(0.1), timeProvider: time);
        int steps = 0;
        trainer.StepCompleted += (_, step) =>
        {
            onStep?.Invoke(step);
            steps++;
            time.Advance(TimeSpan.FromSeconds(1));
        };
        trainer.EpochCompleted += (_, epoch) => onEpoch(epoch);
        TrainingResult result = trainer.Fit(
            Planted.Data(model), new() { Epochs = 3, BatchSize = 100, TimeBudget = TimeSpan.FromSeconds(seconds) });
        taken = steps;
        return result;
    }
}
