using System.Globalization;
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

    /// <summary>All that decides how steps are taken, by name, for messages and to tell optimizers apart.</summary>
    /// <param name="parameters">Those that it moves.</param>
    /// <param name="steps">How many steps back the schedule is asked: at the powers of two up to there, and for the step after it.</param>
    internal IReadOnlyDictionary<string, string> Settings(IReadOnlyList<Parameter<T>> parameters, int steps)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["type"] = GetType().Name.Split('`')[0],
            [nameof(LearningRate)] = Text(LearningRate),
            [nameof(WeightDecay)] = Text(WeightDecay),
            [nameof(MaximumGradientNorm)] = MaximumGradientNorm is { } norm ? Text(norm) : "none",
            [nameof(Average)] = Average?.Setting ?? "none",
        };
        foreach ((string name, double value) in RuleSettings)
        {
            settings[name] = Text(value);
        }

        foreach (Parameter<T> parameter in parameters)
        {
            ParameterGroup<T>? group = _states.TryGetValue(parameter, out ParameterState<T>? state) ? state.Group : Groups.FirstOrDefault(group => group.Takes(parameter));
            settings[$"group of '{parameter.Name}'"] = group is null ? "none" : FormattableString.Invariant(
                $"rate {group.RateFactor}, decay {group.WeightDecay ?? WeightDecay}{(group.Frozen ? ", frozen" : "")}");
        }

        for (int step = 1; step > 0 && step <= steps; step *= 2)
        {
            AddFactor(step);
        }

        AddFactor(steps + 1);
        return settings;

        void AddFactor(int step) => settings[FormattableString.Invariant($"{nameof(Schedule)}, step {step}")] = Text(Schedule.Factor(step));

        static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
