using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.StepHost;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Whole training steps: look-ups or towers, loss, backward, optimizer.</summary>
public class StepTests
{
    /// <summary>Any two of the three choices come together in each way.</summary>
    public static TheoryData<bool, bool, bool> Kinds => new()
    {
        { false, false, false },
        { false, true, true },
        { true, false, true },
        { true, true, false },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_warm_training_loop_allocates_not_one_byte_in_its_process(bool bags, bool options, bool adam)
    {
        // The least of several windows, because the runtime allocates too while it recompiles what runs often.
        long[] windows = await StepProcess.AllocatedAsync(new StepKind(bags, options, adam));
        Assert.Equal(5, windows.Length);
        Assert.True(windows.Min() == 0, $"20 steps allocated, five times over: {string.Join(", ", windows)} bytes");
    }

    [Theory]
    [InlineData(HistoryKind.Mean)]
    [InlineData(HistoryKind.Attention)]
    [InlineData(HistoryKind.Recurrent)]
    [InlineData(HistoryKind.CausalAttention)]
    public async Task A_warm_trainer_of_several_features_allocates_not_one_byte_a_step_in_its_process(HistoryKind history)
    {
        long[] windows = await StepProcess.AllocatedAsync(history);
        Assert.Equal(5, windows.Length);
        Assert.True(windows.Min() == 0, $"20 steps allocated, five times over: {string.Join(", ", windows)} bytes");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_number_of_workers_gives_every_parameter_and_optimizer_state_the_same_bits(bool bags, bool options, bool adam)
    {
        var kind = new StepKind(bags, options, adam);
        Dictionary<string, Tensor<float>> start = After(kind, 1, steps: 0), alone = After(kind, 1, steps: 20);
        Assert.All(alone, pair => Assert.False(pair.Value.Span.SequenceEqual(start[pair.Key].Span), $"{pair.Key} did not move"));
        foreach (int workers in (int[])[2, 3, 8])
        {
            foreach ((string name, Tensor<float> values) in After(kind, workers, steps: 20))
            {
                Agree.Exactly<float>($"{name} with {workers} workers", alone[name].Span, values.Span);
            }
        }
    }

    private static Dictionary<string, Tensor<float>> After(StepKind kind, int workers, int steps)
    {
        using var team = new WorkerTeam(workers);
        var loop = new StepLoop(kind, team);
        loop.Run(steps);
        var tensors = new Dictionary<string, Tensor<float>>(StringComparer.Ordinal);
        foreach (Parameter<float> parameter in loop.Parameters)
        {
            tensors.Add(parameter.Name, parameter.Value);
            ParameterState<float> state = loop.Optimizer.StateOf(parameter);
            for (int i = 0; i < state.Tensors.Length; i++)
            {
                tensors.Add($"{state.Slots[i].Name} of {parameter.Name}", state.Tensors[i]);
            }
        }

        return tensors;
    }
}
