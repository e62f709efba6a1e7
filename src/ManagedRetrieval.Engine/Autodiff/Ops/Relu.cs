using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The rectifier.</summary>
/// <remarks>
/// Forward: y = max(x, 0); NaN stays NaN.
/// Backward: dx += dy where x &gt; 0; at 0 the gradient is 0.
/// Saved: nothing. Cost: one pass, and one backward.
/// </remarks>
public sealed class Relu<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Relu", inputs, 1, 1);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => TensorPrimitives.Max(frame.Input(0).Span, T.Zero, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        ReadOnlySpan<T> x = frame.Input(0).Span;
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        Span<T> target = frame.InputGradient(0).Span;
        for (int i = 0; i < x.Length; i++)
        {
            target[i] += x[i] > T.Zero ? gradient[i] : T.Zero;
        }
    }
}

/// <summary>Calls <see cref="Relu{T}"/>.</summary>
public static class ReluExtensions
{
    /// <summary>max(x, 0), element by element.</summary>
    public static Variable<T> Relu<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Relu<T>(), [x]);
}
