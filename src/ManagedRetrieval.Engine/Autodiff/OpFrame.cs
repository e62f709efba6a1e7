using System.Numerics;
using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>One application of an op on a tape: its inputs, output, integers, gradients and what forward saved for backward.</summary>
/// <remarks>Frames are reused from step to step; an op must not keep one.</remarks>
public sealed class OpFrame<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most inputs that an op can have.</summary>
    public const int MaximumInputs = 4;

    private InputNumbers _inputs;
    private Tensor<T> _gradient;

    internal OpFrame(Tape<T> tape) => Tape = tape;

    /// <summary>The tape that this frame belongs to.</summary>
    public Tape<T> Tape { get; }

    /// <summary>The number of inputs.</summary>
    public int InputCount { get; private set; }

    /// <summary>The output's value.</summary>
    public Tensor<T> Output { get; private set; }

    /// <summary>The gradient that reached the output; in backward only.</summary>
    public Tensor<T> OutputGradient => _gradient;

    /// <summary>The integers that came with this application.</summary>
    public OpIndices Indices { get; private set; }

    /// <summary>What forward kept for backward by <see cref="Save"/>; else the default value.</summary>
    public Tensor<T> Saved { get; private set; }

    /// <summary>Where matrix products run.</summary>
    public IComputeBackend<T> Backend => Tape.Backend;

    /// <summary>What forward counted, for whoever applied the op.</summary>
    internal SoftmaxLossCounts Counts { get; set; }

    /// <summary>Whether anything that this output depends on wants a gradient.</summary>
    internal bool NeedsOutputGradient { get; private set; }

    internal Op<T>? Op { get; private set; }

    internal Parameter<T>? Parameter { get; private set; }

    internal bool HasGradient => !_gradient.IsDefault;

    internal WorkerTeam Workers => Tape.Workers;

    /// <summary>The value of an input.</summary>
    public Tensor<T> Input(int input) => InputFrame(input).Output;

    /// <summary>Whether backward should add to the gradient of an input.</summary>
    public bool NeedsGradient(int input) => InputFrame(input).NeedsOutputGradient;

    /// <summary>The dense gradient of an input, to be added to; zeros where nothing was added yet.</summary>
    /// <exception cref="InvalidOperationException">The input is an embedding table, whose gradient is sparse.</exception>
    public Tensor<T> InputGradient(int input) => InputFrame(input).DenseGradient();

    /// <summary>The sparse gradient of an input that is an embedding table.</summary>
    /// <exception cref="InvalidOperationException">The input is no embedding table.</exception>
    public RowGradient<T> InputRowGradient(int input) =>
        InputFrame(input).Parameter is EmbeddingTable<T> table
            ? table.Gradient
            : throw new InvalidOperationException($"Input {input} of {Op?.Name} is no embedding table.");

    /// <summary>Whether an input is an embedding table.</summary>
    public bool IsTable(int input) => InputFrame(input).Parameter is EmbeddingTable<T>;

    /// <summary>Checks that an input is an embedding table, the only thing with a sparse gradient.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public void RequireTable(int input)
    {
        if (!IsTable(input))
        {
            throw new ArgumentException($"{Op?.Name} looks up an embedding table; its input {input} is none.", nameof(input));
        }
    }

    /// <summary>Memory that forward fills and backward reads as <see cref="Saved"/>; garbage at the start.</summary>
    public Tensor<T> Save(Shape shape) => Saved = Tape.Allocate(shape);

    internal void SetLeaf(Tensor<T> value, Parameter<T>? parameter, bool needsGradient)
    {
        Clear();
        (Output, Parameter, NeedsOutputGradient) = (value, parameter, needsGradient);
        if (parameter is DenseParameter<T> dense)
        {
            _gradient = dense.Gradient;
        }
    }

    internal void SetOp(Op<T> op, ReadOnlySpan<Variable<T>> inputs, OpIndices indices, Tensor<T> output)
    {
        Clear();
        (Op, Indices, Output, InputCount) = (op, indices, output, inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            _inputs[i] = inputs[i].Number;
            NeedsOutputGradient |= NeedsGradient(i);
        }
    }

    internal void Clear()
    {
        (Op, Parameter, Indices, Saved, Output, _gradient) = (null, null, default, default, default, default);
        (InputCount, NeedsOutputGradient, Counts) = (0, false, default);
    }

    internal void ForgetIntermediateGradient()
    {
        if (Op is not null)
        {
            _gradient = default;
        }
    }

    internal Tensor<T> DenseGradient()
    {
        if (Parameter is EmbeddingTable<T>)
        {
            throw new InvalidOperationException($"The embedding table '{Parameter.Name}' can only be looked up: its gradient is sparse.");
        }

        if (_gradient.IsDefault)
        {
            _gradient = Tape.Allocate(Output.Shape);
            _gradient.Span.Clear();
        }

        return _gradient;
    }

    /// <summary>The number of an input's frame.</summary>
    internal int InputNumber(int input) => _inputs[input];

    private OpFrame<T> InputFrame(int input)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(input, InputCount);
        return Tape.Frame(_inputs[input]);
    }

    [InlineArray(MaximumInputs)]
    private struct InputNumbers
    {
        private int _first;
    }
}
