using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

public class TrainerAsyncTests
{
    private static readonly Planted Planted = new();

    [Fact]
    public async Task Leaving_the_thread_between_steps_changes_no_bit_of_the_model_and_no_figure()
    {
        TrainingOptions options = new() { Epochs = 3, BatchSize = 150, Seed = 5 };
        TwoTowerModel<int[], int[]> plain = Planted.Model(), yielding = Planted.Model();
        List<TrainingProgress> expected = [], reported = [];
        TrainingResult result = Planted.Trainer(plain).Fit(Planted.Data(plain), options, new Listener(expected.Add));
        TrainingResult awaited = await Planted.Trainer(yielding).FitAsync(Planted.Data(yielding), Note, options);
        Assert.Equal(Values(plain), Values(yielding));
        Assert.Equal(result.Select(epoch => epoch.Loss), awaited.Select(epoch => epoch.Loss));
        Assert.Equal((result.StopReason, result.Steps), (awaited.StopReason, awaited.Steps));
        Assert.Equal(expected.Select(step => step with { Elapsed = default }), reported.Select(step => step with { Elapsed = default }));

        async ValueTask Note(TrainingProgress step)
        {
            await Task.Yield();
            reported.Add(step);
        }
    }

    [Fact]
    public async Task No_step_begins_before_what_follows_the_last_one_is_done()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        var gate = new TaskCompletionSource();
        int steps = 0;
        Task<TrainingResult> training = Planted.Trainer(model).FitAsync(Planted.Data(model), Wait, new() { Epochs = 2, BatchSize = 100 });
        Assert.Equal(1, steps);
        Assert.False(training.IsCompleted);
        gate.SetResult();
        Assert.Equal((await training).Steps, steps);

        ValueTask Wait(TrainingProgress step)
        {
            steps++;
            return new ValueTask(gate.Task);
        }
    }

    [Fact]
    public async Task Cancelled_between_steps_it_keeps_what_it_has_learnt()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        float[] before = Values(model);
        using var cancellation = new CancellationTokenSource();
        int steps = 0;
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => Planted.Trainer(model).FitAsync(Planted.Data(model), Stop, new() { Epochs = 9, BatchSize = 100 }, cancellation.Token));
        Assert.Equal(2, steps);
        Assert.NotEqual(before, Values(model));

        ValueTask Stop(TrainingProgress step)
        {
            if (++steps == 2)
            {
                cancellation.Cancel();
            }

            return default;
        }
    }

    [Fact]
    public async Task What_the_caller_throws_between_steps_comes_out()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        await Assert.ThrowsAsync<TimeoutException>(() => Planted.Trainer(model).FitAsync(Planted.Data(model), _ => throw new TimeoutException()));
    }

    private static float[] Values(TwoTowerModel<int[], int[]> model) =>
        [.. model.Parameters.SelectMany((Parameter<float> parameter) => parameter.Value.Span.ToArray())];

    private sealed class Listener(Action<TrainingProgress> listen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => listen(value);
    }
}
