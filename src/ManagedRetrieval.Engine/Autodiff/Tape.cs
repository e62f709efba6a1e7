using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>Records ops as they run, and runs them backwards to get gradients.</summary>
/// <remarks>
/// The order of recording is the topological order. Values, gradients and frames live in memory that
/// <see cref="Reset"/> takes back, so that a loop which resets its tape each step stops allocating once warm. Not
/// safe for several threads at once.
/// </remarks>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<OpFrame<T>> _frames = [];
    private readonly Arena<T> _arena = new();
    private readonly Arena<int> _indexArena = new();
    private int _count;
    private int _step;

    /// <summary>Makes an empty tape.</summary>
    /// <param name="workers">Shares out the work of ops; null runs everything on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where matrix products run; null for the processor.</param>
    public Tape(WorkerTeam? workers = null, IComputeBackend<T>? backend = null)
    {
        Workers = workers ?? WorkerTeam.Inline;
        Backend = backend ?? new CpuBackend<T>(Workers);
    }

    /// <summary>Where matrix products run.</summary>
    public IComputeBackend<T> Backend { get; }

    /// <summary>Adds up what each op takes; null, the default, measures nothing.</summary>
    public TapeProfile? Profile { get; set; }

    internal WorkerTeam Workers { get; }

    /// <summary>Puts a value on the tape that wants no gradient.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> is the default value.</exception>
    public Variable<T> Constant(Tensor<T> value) => Leaf(value, null, needsGradient: false);

    /// <summary>Puts a value on the tape whose gradient is wanted, readable as <see cref="Variable{T}.Gradient"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> is the default value.</exception>
    public Variable<T> Input(Tensor<T> value) => Leaf(value, null, needsGradient: true);

    /// <summary>Puts a parameter on the tape; backward adds to the parameter's own gradient.</summary>
    public Variable<T> Parameter(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Leaf(parameter.Value, parameter, needsGradient: true);
    }

    /// <summary>Runs an op on values of this tape and records it.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="inputs">Its inputs, at most <see cref="OpFrame{T}.MaximumInputs"/>.</param>
    /// <param name="indices">The integers that it works with; their memory must stay as it is until backward has run.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">An input is of another tape, or its shape does not fit the op.</exception>
    /// <exception cref="InvalidOperationException">An input is from before the last <see cref="Reset"/>.</exception>
    public Variable<T> Apply(Op<T> op, ReadOnlySpan<Variable<T>> inputs, OpIndices indices = default)
    {
        ArgumentNullException.ThrowIfNull(op);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs.Length, OpFrame<T>.MaximumInputs, nameof(inputs));
        Span<Shape> shapes = stackalloc Shape[OpFrame<T>.MaximumInputs];
        for (int i = 0; i < inputs.Length; i++)
        {
            shapes[i] = Frame(inputs[i]).Output.Shape;
        }

        Tensor<T> output = Allocate(op.InferShape(shapes[..inputs.Length], indices));
        OpFrame<T> frame = NextFrame();
        frame.SetOp(op, inputs, indices, output);
        if (Profile is { } profile)
        {
            long start = TapeProfile.Now();
            op.Forward(frame);
            profile.AddForward(op.GetType(), start);
        }
        else
        {
            op.Forward(frame);
        }

        return new Variable<T>(this, _count++, _step);
    }

    /// <summary>Computes the gradient of a single number with respect to everything it depends on.</summary>
    /// <exception cref="ArgumentException"><paramref name="output"/> holds more than one number.</exception>
    public void Backward(Variable<T> output)
    {
        OpFrame<T> frame = Frame(output);
        if (frame.Output.Shape.Length != 1)
        {
            throw new ArgumentException($"Backward starts from a single number; the shape {frame.Output.Shape} needs an output gradient.", nameof(output));
        }

        if (frame.NeedsOutputGradient)
        {
            ForgetIntermediateGradients(output.Number);
            frame.DenseGradient().Span[0] += T.One;
            Propagate(output.Number);
        }
    }

    /// <summary>Computes Jᵀ · <paramref name="outputGradient"/>, J being the Jacobian of <paramref name="output"/>.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Backward(Variable<T> output, Tensor<T> outputGradient)
    {
        OpFrame<T> frame = Frame(output);
        if (frame.Output.Shape != outputGradient.Shape)
        {
            throw new ArgumentException($"The output has the shape {frame.Output.Shape}, its gradient {outputGradient.Shape}.", nameof(outputGradient));
        }

        if (frame.NeedsOutputGradient)
        {
            ForgetIntermediateGradients(output.Number);
            Span<T> gradient = frame.DenseGradient().Span;
            TensorPrimitives.Add(gradient, outputGradient.Span, gradient);
            Propagate(output.Number);
        }
    }

    /// <summary>Forgets everything that was recorded and takes its memory back. Parameters keep their gradients.</summary>
    public void Reset()
    {
        // One more than were recorded: an op whose forward failed left its own in there.
        for (int i = 0; i < Math.Min(_count + 1, _frames.Count); i++)
        {
            _frames[i].Clear();
        }

        _arena.Reset();
        _indexArena.Reset();
        _count = 0;
        _step++;
    }

    /// <summary>Memory of this step for a tensor; it holds garbage at the start.</summary>
    public Tensor<T> Allocate(Shape shape) => new(shape, _arena.Allocate(shape.Length));

    /// <summary>Memory of this step for integers, such as labels or ragged ids; it holds garbage at the start.</summary>
    public Memory<int> AllocateIndices(int length) => _indexArena.Allocate(length);

    internal OpFrame<T> Frame(int number) => _frames[number];

    internal OpFrame<T> Frame(Variable<T> variable)
    {
        if (variable.IsDefault)
        {
            throw new ArgumentException("The variable is the default value, not on any tape.", nameof(variable));
        }

        if (!ReferenceEquals(variable.Tape, this))
        {
            throw new ArgumentException("The variable is on another tape.", nameof(variable));
        }

        if (variable.Step != _step)
        {
            throw new InvalidOperationException("The variable is from before the tape's last reset.");
        }

        return _frames[variable.Number];
    }

    private Variable<T> Leaf(Tensor<T> value, Parameter<T>? parameter, bool needsGradient)
    {
        if (value.IsDefault)
        {
            throw new ArgumentException("The tensor is the default value.", nameof(value));
        }

        NextFrame().SetLeaf(value, parameter, needsGradient);
        return new Variable<T>(this, _count++, _step);
    }

    private OpFrame<T> NextFrame()
    {
        if (_count == _frames.Count)
        {
            _frames.Add(new OpFrame<T>(this));
        }

        return _frames[_count];
    }

    /// <summary>A second backward pass adds to the leaves, but must not send the first one's gradients again.</summary>
    private void ForgetIntermediateGradients(int last)
    {
        for (int i = 0; i <= last; i++)
        {
            _frames[i].ForgetIntermediateGradient();
        }
    }

    private void Propagate(int last)
    {
        try
        {
            for (int i = last; i >= 0; i--)
            {
                OpFrame<T> frame = _frames[i];
                if (frame.NeedsOutputGradient && frame.HasGradient && frame.Op is { } op)
                {
                    long start = Profile is null ? 0 : TapeProfile.Now();
                    op.Backward(frame);
                    Profile?.AddBackward(op.GetType(), start);
                }
            }
        }
        catch
        {
            // What look-ups recorded lies in memory of this step; a later pass must not sum it.
            DiscardPending(last);
            throw;
        }

        Coalesce(last);
    }

    private void DiscardPending(int last)
    {
        for (int i = 0; i <= last; i++)
        {
            (_frames[i].Parameter as EmbeddingTable<T>)?.Gradient.DiscardPending();
        }
    }

    private void Coalesce(int last)
    {
        for (int i = 0; i <= last; i++)
        {
            (_frames[i].Parameter as EmbeddingTable<T>)?.Gradient.Coalesce(Workers);
        }
    }
}
