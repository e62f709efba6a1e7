using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Training with an optimizer's schedule, groups, clipping and average.</summary>
public class TrainerOptimizerTests
{
    private static readonly Planted Planted = new();

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(7, 3)]
    [InlineData(8, 3)]
    [InlineData(5, 4)]
    [InlineData(5, 5)]
    [InlineData(5, int.MaxValue)]
    public void An_epoch_has_as_many_steps_as_the_options_say(int pairs, int batch)
    {
        var model = new TwoTowerModel<int[], int[]>(new GivenIds(9), new GivenIds(9), new TwoTowerOptions { Dimensions = 3 });
        int[][] ids = [.. Enumerable.Range(0, pairs).Select(i => new[] { i })];
        var optimizer = new Adagrad<float>();
        TrainingOptions options = new() { Epochs = 2, BatchSize = batch };
        new Trainer(model, new RetrievalTask<float>(), optimizer)
            .Fit(RetrievalDataset.Encode(model, ids, ids, [.. Enumerable.Range(0, pairs)]), options);
        Assert.Equal(optimizer.Steps, 2 * options.StepsPerEpoch(pairs));
    }

    [Fact]
    public void Fewer_than_two_pairs_have_no_steps()
    {
        Assert.Throws<ArgumentOutOfRangeException>("pairs", () => new TrainingOptions().StepsPerEpoch(1));
        Assert.Throws<ArgumentOutOfRangeException>("BatchSize", () => new TrainingOptions { BatchSize = 1 }.StepsPerEpoch(5));
    }

    [Fact]
    public void A_run_in_pieces_and_any_number_of_workers_give_the_bits_of_one_run_alone()
    {
        float[] once = Train(1, 4, 1);
        Assert.Equal(once, Train(4, 1, 1));
        Assert.Equal(once, Train(1, 4, 3));
        Assert.NotEqual(once, Train(1, 3, 1));

        static float[] Train(int calls, int epochs, int workers)
        {
            using var team = new WorkerTeam(workers);
            TwoTowerModel<int[], int[]> model = Planted.Model();
            RetrievalDataset data = Planted.Data(model);
            TrainingOptions options = new() { Epochs = epochs, BatchSize = 60 };
            Optimizer<float> optimizer = Everything(4 * options.StepsPerEpoch(400));
            Trainer trainer = Trainer(model, optimizer, team);
            for (int call = 0; call < calls; call++)
            {
                trainer.Fit(data, options);
            }

            float[] weights = TrainerTests.Values(model);
            optimizer.Average!.SwapIn(team);
            return [.. weights, .. TrainerTests.Values(model)];
        }
    }

    [Fact]
    public void It_learns_with_everything_on_and_the_averaged_weights_answer_too()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        TrainingOptions options = new() { Epochs = 20, BatchSize = 64 };
        Optimizer<float> optimizer = Everything(20 * options.StepsPerEpoch(400));
        Trainer(model, optimizer, null).Fit(Planted.Data(model), options);
        Assert.InRange(Planted.HeldOutAccuracy(model), 0.95, 1);
        float[] weights = TrainerTests.Values(model);
        optimizer.Average!.SwapIn();
        Assert.InRange(Planted.HeldOutAccuracy(model), 0.95, 1);
        Assert.NotEqual(weights, TrainerTests.Values(model));
        optimizer.Average.SwapOut();
        Assert.Equal(weights, TrainerTests.Values(model));
        Assert.True(optimizer.GradientNorm > 0);
    }

    [Fact]
    public void A_frozen_tower_keeps_its_bits_while_the_other_learns()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Dictionary<string, float[]> before = model.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.Span.ToArray());
        bool IsFrozen(Parameter<float> parameter) => parameter.Name.StartsWith("candidate", StringComparison.Ordinal);
        Trainer(model, new Adagrad<float> { Groups = [new(IsFrozen) { Frozen = true }] }, null).Fit(Planted.Data(model), new() { Epochs = 1, BatchSize = 60 });
        Assert.Contains(model.Parameters, IsFrozen);
        Assert.All(model.Parameters, parameter => Assert.Equal(IsFrozen(parameter), parameter.Value.Span.SequenceEqual(before[parameter.Name])));
    }

    [Fact]
    public void Averaged_weights_are_not_trained_on()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        Optimizer<float> optimizer = Everything(10);
        Trainer trainer = Trainer(model, optimizer, null);
        trainer.Fit(Planted.Data(model), new() { Epochs = 1, BatchSize = 60 });
        optimizer.Average!.SwapIn();
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => trainer.Fit(Planted.Data(model)));
        Assert.Contains("swap them out first", error.Message, StringComparison.Ordinal);
    }

    internal static Optimizer<float> Everything(int steps) => new AdamW<float>(0.03)
    {
        Schedule = LearningRateSchedule.WarmUp(5, LearningRateSchedule.Cosine(steps, floor: 0.05)),
        MaximumGradientNorm = 5,
        Average = WeightAverage<float>.Exponential(0.9),
        Groups = [new(parameter => parameter.Value.Shape.Rank == 1) { WeightDecay = 0, RateFactor = 0.5 }],
    };

    private static Trainer Trainer(TwoTowerModel model, Optimizer<float> optimizer, WorkerTeam? workers) =>
        new(model, new RetrievalTask<float>(new() { Temperature = 0.1, RemoveAccidentalHits = true }), optimizer, workers);
}
