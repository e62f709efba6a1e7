using System.Globalization;
using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using TableRows = ManagedRetrieval.Engine.Kernels.Rows;

namespace ManagedRetrieval.Optimizers;

/// <summary>Averages the weights that training goes through; they often serve better than the last ones.</summary>
/// <remarks>
/// <para>
/// With x₁, …, x_t the weights after each of the t steps since the start, the exponential average is
/// Σ β^(t−i) · x_i / Σ β^(t−i), which corrects the bias of the first steps as Adam does, and the plain one is their mean
/// (Izmailov et al., UAI 2018, with every step counted). Neither remembers the weights before the first step.
/// </para>
/// <para>
/// Each row has the number s of the steps that its average holds. While a row stands still nothing is done; before it moves,
/// or before it is looked at, it catches up in one go: e ← e + w · (x − e), w being the share that the last t − s steps have of
/// all weight, (1 − β^(t−s)) / (1 − β^t) or (t − s) / t. So the average of a row that is seldom touched is that of the formula,
/// and a step costs time by the rows that it touches. It takes a tensor as large as the parameter, and a number for each row.
/// </para>
/// <para>
/// <see cref="SwapIn"/> puts the averages in the place of the weights, to evaluate or to save them, and <see cref="SwapOut"/>
/// brings the weights back, bit for bit. There is no training in between.
/// </para>
/// </remarks>
public sealed class WeightAverage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double? _decay;
    private readonly int _start;
    private Dictionary<Parameter<T>, AverageState<T>> _states = [];

    private WeightAverage(double? decay, int start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        (_decay, _start) = (decay, start);
    }

    /// <summary>The steps that it was told of, those before the start among them.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether the averages are in the place of the weights.</summary>
    public bool IsSwappedIn { get; private set; }

    /// <summary>What decides it, in words.</summary>
    internal string Setting => FormattableString.Invariant(
        $"{(_decay is { } decay ? $"exponential, decay {decay.ToString(CultureInfo.InvariantCulture)}" : "plain")}, start {_start}");

    private int AveragedSteps => Math.Max(0, Steps - _start);

    /// <summary>An average in which older steps fade.</summary>
    /// <param name="decay">β, in (0, 1): the average reaches back some 1 / (1 − β) steps.</param>
    /// <param name="start">How many steps pass before the first one that counts; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static WeightAverage<T> Exponential(double decay, int start = 0) => decay > 0 && decay < 1
        ? new(decay, start)
        : throw new ArgumentOutOfRangeException(nameof(decay), decay, "decay must lie in (0, 1).");

    /// <summary>An average in which all steps count alike.</summary>
    /// <param name="start">How many steps pass before the first one that counts; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="start"/> is negative.</exception>
    public static WeightAverage<T> Plain(int start = 0) => new(null, start);

    /// <summary>Puts the averages in the place of the weights; before the second step that counts they are the same.</summary>
    /// <param name="workers">Shares out the rows; null runs on the calling thread. It makes no difference to the result.</param>
    /// <exception cref="InvalidOperationException">They are swapped in already.</exception>
    public void SwapIn(WorkerTeam? workers = null)
    {
        RequireSwappedOut();
        foreach ((Parameter<T> parameter, AverageState<T> state) in _states)
        {
            CatchUp(parameter, state, default, false, workers ?? WorkerTeam.Inline);
        }

        Exchange();
        IsSwappedIn = true;
    }

    /// <summary>Brings the weights back.</summary>
    /// <exception cref="InvalidOperationException">The averages are not swapped in.</exception>
    public void SwapOut()
    {
        if (!IsSwappedIn)
        {
            throw new InvalidOperationException("The averaged weights are not swapped in.");
        }

        Exchange();
        IsSwappedIn = false;
    }

    /// <exception cref="InvalidOperationException">The averages are swapped in.</exception>
    internal void RequireSwappedOut()
    {
        if (IsSwappedIn)
        {
            throw new InvalidOperationException("The averaged weights are swapped in; swap them out first.");
        }
    }

    /// <summary>Takes in the steps so far of every row that is about to move: of a table, those that have a gradient.</summary>
    internal void CatchUp(Parameter<T> parameter, WorkerTeam workers)
    {
        if (AveragedSteps == 0)
        {
            return;
        }

        if (!_states.TryGetValue(parameter, out AverageState<T>? state))
        {
            _states.Add(parameter, state = new AverageState<T>(parameter));
        }

        RowGradient<T>? sparse = (parameter as EmbeddingTable<T>)?.Gradient;
        CatchUp(parameter, state, sparse is null ? default : sparse.Rows, sparse is not null, workers);
    }

    internal void CountStep() => Steps++;

    internal void ExportTo(OptimizerState<T> exported)
    {
        RequireSwappedOut();
        exported.AddCounts("average_steps", [Steps]);
        foreach ((Parameter<T> parameter, AverageState<T> state) in _states)
        {
            exported.AddTensor($"{parameter.Name}/average", state.Mean);
            exported.AddCounts($"{parameter.Name}/average_steps", [.. state.Steps]);
        }
    }

    /// <summary>Reads what was exported.</summary>
    /// <returns>Goes on from it.</returns>
    internal Action Import(OptimizerState<T> exported, IReadOnlyList<Parameter<T>> parameters)
    {
        RequireSwappedOut();
        int steps = exported.TakeCounts("average_steps", 1)[0];
        var states = new Dictionary<Parameter<T>, AverageState<T>>();
        foreach (Parameter<T> parameter in parameters.Where(parameter => exported.HasCounts($"{parameter.Name}/average_steps")))
        {
            var state = new AverageState<T>(parameter);
            exported.TakeCounts($"{parameter.Name}/average_steps", state.Rows).CopyTo(state.Steps, 0);
            exported.TakeTensor($"{parameter.Name}/average", state.Mean);
            states.Add(parameter, state);
        }

        return () => (Steps, _states) = (steps, states);
    }

    private void CatchUp(Parameter<T> parameter, AverageState<T> state, ReadOnlySpan<int> rows, bool isSparse, WorkerTeam workers)
    {
        int now = AveragedSteps;
        var job = new CatchUpJob
        {
            State = state,
            Blocks = Partition.ByCost(isSparse ? rows.Length : state.Rows, state.Width),
            Rows = rows,
            IsSparse = isSparse,
            Value = parameter.Value.Span,
            Now = now,
            Decay = _decay,
            AllWeight = _decay is { } decay ? 1 - Math.Pow(decay, now) : now,
        };
        workers.Run(job, job.Blocks.Parts);
    }

    private void Exchange()
    {
        foreach ((Parameter<T> parameter, AverageState<T> state) in _states)
        {
            Span<T> value = parameter.Value.Span, mean = state.Mean.Span;
            for (int i = 0; i < value.Length; i++)
            {
                (value[i], mean[i]) = (mean[i], value[i]);
            }
        }
    }

    private ref struct CatchUpJob : IParallelJob
    {
        public required AverageState<T> State;
        public required Partition Blocks;

        /// <summary>The rows to catch up, where not all do.</summary>
        public required ReadOnlySpan<int> Rows;
        public required bool IsSparse;
        public required ReadOnlySpan<T> Value;

        /// <summary>t.</summary>
        public required int Now;
        public required double? Decay;

        /// <summary>The weight of all steps: t, or 1 − β^t.</summary>
        public required double AllWeight;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Span<T> means = State.Mean.Span;
            for (int i = start; i < start + count; i++)
            {
                int row = IsSparse ? Rows[i] : i;
                int behind = Now - State.Steps[row];
                ReadOnlySpan<T> value = TableRows.Of(Value, State.Width, row);
                Span<T> mean = TableRows.Of(means, State.Width, row);
                if (State.Steps[row] == 0)
                {
                    value.CopyTo(mean);
                }
                else if (behind > 0)
                {
                    double weight = Decay is { } decay ? 1 - Math.Pow(decay, behind) : behind;
                    AverageRule.Run(mean, value, T.CreateChecked(weight / AllWeight));
                }

                State.Steps[row] = Now;
            }
        }
    }
}
