using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Optimizers;

/// <summary>Changes parameters along their gradients, with state for each element or row.</summary>
/// <remarks>
/// A dense parameter is updated everywhere; of an embedding table only the rows that have a gradient are touched, value and
/// state alike, and only they lose by weight decay. Where every row is touched, both give the same bits. A step measures and
/// clips the gradient first, then adds weight decay, then moves. Once each parameter was seen, it allocates nothing.
/// </remarks>
public abstract partial class Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GradientClipping<T> _clipping = new();
    private Dictionary<Parameter<T>, ParameterState<T>> _states = [];

    private protected Optimizer(double learningRate)
    {
        Setting.Positive<T>(learningRate, nameof(learningRate));
        LearningRate = learningRate;
    }

    /// <summary>The size of a step, before <see cref="Schedule"/> and groups change it.</summary>
    public double LearningRate { get; }

    /// <summary>How the learning rate changes from step to step; constant by default.</summary>
    /// <exception cref="ArgumentNullException">The schedule is null.</exception>
    public LearningRateSchedule Schedule
    {
        get;
        init => field = Setting.NotNull(value, nameof(Schedule));
    } = LearningRateSchedule.Constant;

    /// <summary>λ, which draws parameters towards 0: finite and not negative. Each rule says how it enters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, or not finite as a <typeparamref name="T"/>.</exception>
    public double WeightDecay
    {
        get;
        init => field = Setting.NotNegative<T>(value, nameof(WeightDecay));
    }

    /// <summary>Parameters that are trained in another way than the rest; none by default.</summary>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    /// <exception cref="ArgumentException">A group is null.</exception>
    public IReadOnlyList<ParameterGroup<T>> Groups
    {
        get;
        init => field = Setting.NoneNull(value, nameof(Groups));
    } = [];

    /// <summary>
    /// The greatest Euclidean norm that the gradient of all parameters together may have; a longer one is scaled down to it
    /// (Pascanu, Mikolov and Bengio, ICML 2013). Null, the default, does not look; +∞ measures without clipping.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public double? MaximumGradientNorm
    {
        get;
        init => field = Setting.PositiveOrNull(value, nameof(MaximumGradientNorm));
    }

    /// <summary>The average that is told of every step; none by default.</summary>
    public WeightAverage<T>? Average { get; init; }

    /// <summary>The steps taken so far.</summary>
    public int Steps { get; private set; }

    /// <summary>The learning rate of the step to come, as the schedule has it.</summary>
    /// <exception cref="InvalidOperationException">The schedule gives a factor that is negative or not finite.</exception>
    public double CurrentLearningRate
    {
        get
        {
            double factor = Schedule.Factor(Steps + 1);
            return factor >= 0 && double.IsFinite(factor) ? LearningRate * factor : throw new InvalidOperationException(FormattableString.Invariant(
                $"The schedule must give a factor that is finite and not negative, but gives {factor} for step {Steps + 1}."));
        }
    }

    /// <summary>The norm of the last step's gradient, before it was clipped; null where <see cref="MaximumGradientNorm"/> is.</summary>
    public double? GradientNorm { get; private set; }

    /// <summary>Whether λ shrinks the value on its own; else λ · x is added to the gradient.</summary>
    private protected virtual bool DecouplesDecay => false;

    /// <summary>Moves every parameter by its gradient, then forgets the gradients.</summary>
    /// <param name="parameters">Each parameter once.</param>
    /// <param name="workers">Shares out the rows; null runs on the calling thread. It makes no difference to the result.</param>
    /// <exception cref="ArgumentException">A parameter is null.</exception>
    /// <exception cref="ArithmeticException">The norm of the gradient is not finite, where it is measured; nothing was moved.</exception>
    /// <exception cref="InvalidOperationException">Averaged weights are swapped in, or the schedule gives an impossible factor; nothing was moved.</exception>
    public void Step(IReadOnlyList<Parameter<T>> parameters, WorkerTeam? workers = null)
    {
        Setting.RequireNoneNull(parameters, nameof(parameters));
        workers ??= WorkerTeam.Inline;
        Average?.RequireSwappedOut();
        double rate = CurrentLearningRate;
        GradientNorm = MaximumGradientNorm is { } maximum ? _clipping.Clip(this, parameters, maximum, workers) : null;
        for (int i = 0; i < parameters.Count; i++)
        {
            ParameterState<T> state = StateOf(parameters[i]);
            if (state.Group is not { Frozen: true })
            {
                Average?.CatchUp(parameters[i], workers);
                Move(parameters[i], state, rate * (state.Group?.RateFactor ?? 1), workers);
            }

            parameters[i].ZeroGradient();
        }

        Average?.CountStep();
        Steps++;
    }

    /// <summary>The numbers of the rule, by name.</summary>
    private protected abstract IReadOnlyList<(string Name, double Value)> RuleSettings { get; }

    /// <summary>What the rule keeps of a parameter: at most two tensors.</summary>
    /// <param name="shape">The parameter's shape.</param>
    /// <param name="rows">The parameter's rows; 1 for a vector.</param>
    private protected abstract IReadOnlyList<StateSlot> SlotsOf(Shape shape, int rows);

    /// <summary>Told before the rows of each parameter are moved.</summary>
    /// <param name="rate">η of this parameter in this step.</param>
    /// <param name="steps">The parameter's steps so far, this one included: 1, 2, …</param>
    private protected abstract void Begin(double rate, int steps);

    /// <summary>The rule, for one row.</summary>
    /// <param name="value">The elements to move.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="first">The row of the first state; empty where the rule has none.</param>
    /// <param name="second">The row of the second state; empty where the rule has one.</param>
    internal abstract void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second);

    /// <summary>A parameter's state; made where there is none yet.</summary>
    internal ParameterState<T> StateOf(Parameter<T> parameter)
    {
        if (!_states.TryGetValue(parameter, out ParameterState<T>? state))
        {
            _states.Add(parameter, state = NewState(parameter));
        }

        return state;
    }

    private ParameterState<T> NewState(Parameter<T> parameter)
    {
        Shape shape = parameter.Value.Shape;
        return new(shape, SlotsOf(shape, shape.Rank == 1 ? 1 : shape.Rows), Groups.FirstOrDefault(group => group.Takes(parameter)));
    }

    private void Move(Parameter<T> parameter, ParameterState<T> state, double rate, WorkerTeam workers)
    {
        state.Steps++;
        Begin(rate, state.Steps);
        double decay = state.Group?.WeightDecay ?? WeightDecay;
        RowGradient<T>? sparse = (parameter as EmbeddingTable<T>)?.Gradient;
        var job = new UpdateJob<T>
        {
            Owner = this,
            State = state,
            Blocks = Partition.ByCost(sparse?.Rows.Length ?? state.Rows, state.Width),
            Rows = sparse is null ? default : sparse.Rows,
            IsSparse = sparse is not null,
            Gradient = parameter.GradientElements,
            Value = parameter.Value.Span,
            AddedDecay = DecouplesDecay ? T.Zero : T.CreateChecked(decay),
            Shrinkage = DecouplesDecay ? T.CreateChecked(1 - (rate * decay)) : T.One,
        };
        workers.Run(job, job.Blocks.Parts);
    }
}
