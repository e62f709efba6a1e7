using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using TableRows = ManagedRetrieval.Engine.Kernels.Rows;

namespace ManagedRetrieval.Optimizers;

/// <summary>Changes parameters along their gradients, with state for each element.</summary>
/// <remarks>
/// The rule is element-wise. A dense parameter is updated everywhere; of an embedding table only the rows that have a
/// gradient are touched, value and state alike. Where every row is touched, both give the same bits.
/// </remarks>
public abstract class Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<Parameter<T>, State> _states = [];

    private protected Optimizer(double learningRate)
    {
        Positive(learningRate, nameof(learningRate));
        LearningRate = learningRate;
    }

    /// <summary>The size of a step.</summary>
    public double LearningRate { get; }

    /// <summary>A setting that must be positive and finite, in the precision that it is used in: what is 0 there divides by 0.</summary>
    private protected static T Positive(double value, string name)
    {
        T converted = T.CreateChecked(value);
        return converted > T.Zero && T.IsFinite(converted)
            ? converted
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite as {typeof(T).Name}.");
    }

    /// <summary>The number of state tensors of a parameter, each of the parameter's shape.</summary>
    private protected abstract int StateCount { get; }

    /// <summary>Moves every parameter by its gradient, then forgets the gradients.</summary>
    /// <param name="parameters">Each parameter once.</param>
    /// <param name="workers">Shares out the rows; null runs on the calling thread. It makes no difference to the result.</param>
    public void Step(IReadOnlyList<Parameter<T>> parameters, WorkerTeam? workers = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter<T> parameter = parameters[i] ?? throw new ArgumentException($"parameters must not hold null, but number {i} is.", nameof(parameters));
            State state = StateOf(parameter);
            state.Steps++;
            Begin(state.Steps);
            int width = parameter.Value.Shape.RowLength;
            RowGradient<T>? sparse = (parameter as EmbeddingTable<T>)?.Gradient;
            int rows = sparse?.Rows.Length ?? parameter.Value.Shape.Rows;
            var job = new RowsJob
            {
                Owner = this,
                State = state,
                Blocks = Partition.ByCost(rows, width),
                Width = width,
                Rows = sparse is null ? default : sparse.Rows,
                IsSparse = sparse is not null,
                Gradient = sparse is null ? ((DenseParameter<T>)parameter).Gradient.Span : sparse.Values.Span,
                Value = parameter.Value.Span,
            };
            (workers ?? WorkerTeam.Inline).Run(job, job.Blocks.Parts);
            parameter.ZeroGradient();
        }
    }

    /// <summary>The element-wise rule.</summary>
    /// <param name="value">The elements to move.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="first">Their first state.</param>
    /// <param name="second">Their second state; empty where the rule has one.</param>
    private protected abstract void Update(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second);

    /// <summary>Told before the elements of each parameter are moved.</summary>
    /// <param name="steps">The parameter's steps so far, this one included: 1, 2, …</param>
    private protected virtual void Begin(int steps)
    {
    }

    /// <summary>What a state tensor holds before the first step.</summary>
    private protected abstract double InitialState { get; }

    /// <summary>A parameter's state; made where there is none yet.</summary>
    internal State StateOf(Parameter<T> parameter)
    {
        if (!_states.TryGetValue(parameter, out State? state))
        {
            state = new State
            {
                First = new Tensor<T>(parameter.Value.Shape),
                Second = StateCount == 2 ? new Tensor<T>(parameter.Value.Shape) : default,
            };
            if (InitialState != 0)
            {
                state.First.Span.Fill(T.CreateChecked(InitialState));
            }

            _states.Add(parameter, state);
        }

        return state;
    }

    /// <summary>What is kept of one parameter from step to step.</summary>
    internal sealed class State
    {
        public required Tensor<T> First { get; init; }

        public required Tensor<T> Second { get; init; }

        public int Steps { get; set; }
    }

    private ref struct RowsJob : IParallelJob
    {
        public required Optimizer<T> Owner;
        public required State State;
        public required Partition Blocks;
        public required int Width;
        public required ReadOnlySpan<int> Rows;
        public required bool IsSparse;
        public required ReadOnlySpan<T> Gradient;
        public required Span<T> Value;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Span<T> first = State.First.Span;
            Span<T> second = State.Second.Span;
            for (int i = start; i < start + count; i++)
            {
                if (IsSparse && i + 2 < start + count)
                {
                    // Rows lie anywhere in the table, so nothing else would fetch them before they are needed.
                    TableRows.Prefetch<T>(Value, Width, Rows[i + 2]);
                    TableRows.Prefetch<T>(first, Width, Rows[i + 2]);
                    if (!second.IsEmpty)
                    {
                        TableRows.Prefetch<T>(second, Width, Rows[i + 2]);
                    }
                }

                int at = (IsSparse ? Rows[i] : i) * Width;
                Owner.Update(
                    Value.Slice(at, Width),
                    Gradient.Slice(i * Width, Width),
                    first.Slice(at, Width),
                    second.IsEmpty ? default : second.Slice(at, Width));
            }
        }
    }
}
