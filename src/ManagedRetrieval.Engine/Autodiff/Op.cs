using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>A differentiable operation: shape rule, forward and backward.</summary>
/// <remarks>
/// An op is immutable and may be applied any number of times, on any tape; all state of one application lives in its
/// <see cref="OpFrame{T}"/>. Work is cut by shape, so the result does not depend on the number of workers.
/// </remarks>
public abstract class Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What messages call the op.</summary>
    internal string Name => GetType().Name.Split('`')[0];

    /// <summary>Whether −∞ in the output is meant: it marks what the op took out.</summary>
    internal virtual bool RemovesEntries => false;

    /// <summary>Checks the inputs' shapes and gives the output's.</summary>
    /// <param name="inputs">The shapes of the inputs, in order.</param>
    /// <param name="indices">The integers of this application.</param>
    /// <exception cref="ArgumentException">The inputs do not fit; the message says which, what came and what was expected.</exception>
    public abstract Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices);

    /// <summary>Computes the whole output from the inputs; the output's memory holds garbage at the start.</summary>
    public abstract void Forward(OpFrame<T> frame);

    /// <summary>Adds to the gradient of each input that needs one, from the output's gradient. It never overwrites.</summary>
    public abstract void Backward(OpFrame<T> frame);
}
