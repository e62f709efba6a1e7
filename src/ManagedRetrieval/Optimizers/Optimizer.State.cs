using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Optimizers;

/// <content>What a checkpoint holds.</content>
public abstract partial class Optimizer<T>
{
    /// <summary>All that is kept from step to step. Tensors are shared, not copied: they hold until the next step.</summary>
    /// <exception cref="InvalidOperationException">Averaged weights are swapped in.</exception>
    /// <exception cref="ArgumentException">Two parameters bear the same name.</exception>
    internal OptimizerState<T> ExportState()
    {
        var exported = new OptimizerState<T>();
        exported.AddCounts("steps", [Steps]);
        foreach ((Parameter<T> parameter, ParameterState<T> state) in _states.Where(pair => pair.Value.Group is not { Frozen: true }))
        {
            exported.AddCounts($"{parameter.Name}/steps", [state.Steps]);
            for (int i = 0; i < state.Tensors.Length; i++)
            {
                exported.AddTensor($"{parameter.Name}/{state.Slots[i].Name}", state.Tensors[i]);
            }
        }

        Average?.ExportTo(exported);
        return exported;
    }

    /// <summary>Goes on from an exported state, which is copied; nothing is changed where it does not fit.</summary>
    /// <param name="exported">From an optimizer of the same kind and settings.</param>
    /// <param name="parameters">Those whose state it holds, known by their names; others start anew.</param>
    /// <exception cref="ArgumentException">A tensor or a count is missing, has another shape or length, or belongs to nothing here.</exception>
    /// <exception cref="InvalidOperationException">Averaged weights are swapped in.</exception>
    internal void ImportState(OptimizerState<T> exported, IReadOnlyList<Parameter<T>> parameters)
    {
        OptimizerState<T> left = exported.Copy();
        var states = new Dictionary<Parameter<T>, ParameterState<T>>();
        int steps = left.TakeCounts("steps", 1)[0];
        foreach (Parameter<T> parameter in parameters.Where(parameter => left.HasCounts($"{parameter.Name}/steps")))
        {
            ParameterState<T> state = NewState(parameter);
            state.Steps = left.TakeCounts($"{parameter.Name}/steps", 1)[0];
            for (int i = 0; i < state.Tensors.Length; i++)
            {
                left.TakeTensor($"{parameter.Name}/{state.Slots[i].Name}", state.Tensors[i]);
            }

            states.Add(parameter, state);
        }

        Action? importAverage = Average?.Import(left, parameters);
        left.RequireEmpty();
        importAverage?.Invoke();
        (Steps, _states) = (steps, states);
    }
}
