using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Judging a model at the end of epochs, stopping early, and keeping the best.</summary>
public class TrainerValidationTests
{
    private static readonly Planted Planted = new();

    [Theory]
    [InlineData(false, null, 0, 1, 4, StopReason.Completed, 3)]
    [InlineData(false, 1, 0, 1, 2, StopReason.EarlyStopping, 1)]
    [InlineData(false, 2, 0, 1, 4, StopReason.Completed, 3)]
    [InlineData(false, 2, 0.15, 1, 3, StopReason.EarlyStopping, 1)]
    [InlineData(true, 1, 0, 1, 3, StopReason.EarlyStopping, 2)]
    [InlineData(true, 1, 0.25, 1, 2, StopReason.EarlyStopping, 1)]
    [InlineData(true, 2, 0, 1, 4, StopReason.EarlyStopping, 2)]
    [InlineData(false, 1, 0, 2, 4, StopReason.Completed, 4)]
    public void It_stops_when_the_metric_has_not_improved_for_long_enough(
        bool lower, int? patience, double minimum, int every, int epochs, StopReason reason, int best)
    {
        // After epochs 1 to 4.
        double[] metrics = [0.5, 0.3, 0.6, 0.55];
        int epoch = 0;
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Trainer trainer = Planted.Trainer(model);
        trainer.EpochCompleted += (_, _) => epoch++;
        TrainingResult result = trainer.Fit(Planted.Data(model), new()
        {
            Epochs = 4,
            BatchSize = 200,
            Validation = new()
            {
                Evaluate = _ => new Dictionary<string, double> { ["other"] = epoch, ["metric"] = metrics[epoch] },
                Metric = "metric",
                LowerIsBetter = lower,
                Patience = patience,
                MinimumImprovement = minimum,
                EveryEpochs = every,
            },
        });
        Assert.Equal((epochs, reason, best), (result.Count, result.StopReason, result.BestEpoch));
        Assert.Equal(2L * epochs, result.Steps);
        for (int i = 0; i < result.Count; i++)
        {
            Assert.Equal((i + 1) % every == 0 || i == 3 ? [i, metrics[i]] : (double[])[], result[i].Validation.Values);
        }

        Assert.Equal(best, result.Last(done => done.IsBest).Epoch);
        Assert.Contains(", metric 0.", result[every - 1].ToString(), StringComparison.Ordinal);
        Assert.EndsWith(", best so far", result[every - 1].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_run_ends_with_the_parameters_of_the_best_epoch_or_the_last(bool restore)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var after = new List<float[]>();
        TrainingResult result = Planted.Trainer(model).Fit(Planted.Data(model), new()
        {
            Epochs = 4,
            BatchSize = 100,
            Validation = Looking(() => after.Add(TrainerTests.Values(model)), 1, 3, 2, 0) with { RestoreBest = restore },
        });
        Assert.Equal(2, result.BestEpoch);
        Assert.Equal([true, true, false, false], result.Select(epoch => epoch.IsBest));
        Assert.Equal(after[restore ? 1 : 3], TrainerTests.Values(model));
        Assert.NotEqual(after[1], after[3]);
    }

    [Fact]
    public void With_an_average_the_averaged_weights_are_judged_and_kept_and_training_goes_on_from_the_others()
    {
        (float[][] Judged, float[] End, float[] State) judged = Train(true), last = Train(false);

        // The averages of the same weights: judging did not change what training went on from, and the last look is at its average.
        Assert.Equal(judged.Judged[1], judged.End);
        Assert.NotEqual(judged.Judged[1], judged.Judged[2]);
        Assert.Equal(last.State, judged.State);
        Agree.InNorm<float>("averages", [.. last.End.Select(value => (double)value)], judged.Judged[2], 1e-6);

        static (float[][] Judged, float[] End, float[] State) Train(bool judge)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            Optimizer<float> optimizer = TrainerOptimizerTests.Everything(100);
            var seen = new List<float[]>();
            float[] weights = [];
            var trainer = new Trainer(model, new RetrievalTask<float>(), optimizer);
            trainer.StepCompleted += (_, _) => weights = TrainerTests.Values(model);
            trainer.Fit(Planted.Data(model), new()
            {
                Epochs = 3,
                BatchSize = 100,
                Validation = judge ? Looking(() => seen.Add(TrainerTests.Values(model)), 1, 3, 2) : null,
            });
            if (!judge)
            {
                optimizer.Average!.SwapIn();
            }

            return ([.. seen], TrainerTests.Values(model), weights);
        }
    }

    [Fact]
    public void Averages_are_swapped_out_even_where_judging_fails()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Optimizer<float> optimizer = TrainerOptimizerTests.Everything(100);
        var trainer = new Trainer(model, new RetrievalTask<float>(), optimizer);
        Assert.Throws<TimeZoneNotFoundException>(() => trainer.Fit(
            Planted.Data(model), new() { Validation = new() { Evaluate = _ => throw new TimeZoneNotFoundException(), Metric = "metric" } }));
        Assert.False(optimizer.Average!.IsSwappedIn);
    }

    [Fact]
    public void Figures_that_do_not_serve_are_refused_and_say_why()
    {
        Refusal.Of<InvalidOperationException>(() => Fit(new() { ["hits"] = 1, ["loss"] = 2 }), "'metric'", "epoch 1", "'hits', 'loss'");
        Refusal.Of<InvalidOperationException>(() => Fit([]), "'metric'", "nothing");
        Refusal.Of<InvalidOperationException>(() => Fit(new() { ["metric"] = double.NaN }), "'metric'", "epoch 1", "NaN");
        Refusal.Of<InvalidOperationException>(() => Fit(null), "null after epoch 1");

        static void Fit(Dictionary<string, double>? figures)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            Planted.Trainer(model).Fit(Planted.Data(model), new() { Validation = new() { Evaluate = _ => figures!, Metric = "metric" } });
        }
    }

    [Fact]
    public void Settings_of_a_validation_outside_their_range_are_refused()
    {
        Validation good = Looking(() => { }, 1);
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(good with { EveryEpochs = 0 }), "EveryEpochs");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(good with { Patience = 0 }), "Patience");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(good with { MinimumImprovement = -1 }), "MinimumImprovement");
        Refusal.Of<ArgumentOutOfRangeException>(() => Fit(good with { MinimumImprovement = double.NaN }), "MinimumImprovement");
        Refusal.Of<ArgumentException>(() => Fit(good with { Metric = "" }), "Metric");
        Refusal.Of<ArgumentNullException>(() => Fit(good with { Evaluate = null! }), "Evaluate");

        static void Fit(Validation validation)
        {
            TwoTowerModel<int[], int[]> model = Planted.Model();
            Planted.Trainer(model).Fit(Planted.Data(model), new() { Validation = validation });
        }
    }

    [Fact]
    public void Cancelling_reaches_the_one_who_judges()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Planted.Trainer(model).Fit(Planted.Data(model), new()
        {
            Validation = new()
            {
                Evaluate = token =>
                {
                    source.Cancel();
                    token.ThrowIfCancellationRequested();
                    return new Dictionary<string, double>();
                },
                Metric = "metric",
            },
        }, null, source.Token));
    }

    /// <summary>Gives one figure after another.</summary>
    private static Validation Looking(Action look, params double[] metrics)
    {
        int looks = 0;
        return new()
        {
            Evaluate = _ =>
            {
                look();
                return new Dictionary<string, double> { ["metric"] = metrics[looks++] };
            },
            Metric = "metric",
        };
    }
}
