using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The hyperbolic tangent.</summary>
/// <remarks>
/// Forward: y = tanh(x), element by element; ±1 at ±∞.
/// Backward: dx += dy · (1 − y) · (1 + y).
/// Saved: nothing; backward reads the output. Cost: one exponential and a short continued fraction an element, and one pass backward.
/// </remarks>
public sealed class Tanh<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Tanh", inputs, 1, 1);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => VectorMath.Tanh(frame.Input(0).Span, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        ReadOnlySpan<T> y = frame.Output.Span;
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        Span<T> target = frame.InputGradient(0).Span;
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += gradient[i] * ((T.One - y[i]) * (T.One + y[i]));
        }
    }
}

/// <summary>Calls <see cref="Tanh{T}"/>.</summary>
public static class TanhExtensions
{
    /// <summary>tanh(x), element by element.</summary>
    public static Variable<T> Tanh<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Tanh<T>(), [x]);
}
