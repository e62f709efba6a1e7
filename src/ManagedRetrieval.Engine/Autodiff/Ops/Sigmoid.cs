using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The logistic function.</summary>
/// <remarks>
/// Forward: y = 1/(1 + e^(−x)), element by element; 0 at −∞ and 1 at +∞.
/// Backward: dx += dy · y · (1 − y).
/// Saved: nothing; backward reads the output. Cost: one exponential an element, and one pass backward.
/// </remarks>
public sealed class Sigmoid<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Sigmoid", inputs, 1, 1);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => VectorMath.Sigmoid(frame.Input(0).Span, frame.Output.Span);

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
            target[i] += gradient[i] * (y[i] * (T.One - y[i]));
        }
    }
}

/// <summary>Calls <see cref="Sigmoid{T}"/>.</summary>
public static class SigmoidExtensions
{
    /// <summary>1/(1 + e^(−x)), element by element.</summary>
    public static Variable<T> Sigmoid<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Sigmoid<T>(), [x]);
}
