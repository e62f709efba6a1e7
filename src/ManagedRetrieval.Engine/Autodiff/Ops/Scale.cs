using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>A tensor times a constant.</summary>
/// <remarks>
/// Forward: y = s · x.
/// Backward: dx += s · dy.
/// Saved: nothing. Cost: one pass, and one backward.
/// </remarks>
/// <param name="factor">The constant s.</param>
public sealed class Scale<T>(T factor) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Scale", inputs, 1, 1);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => TensorPrimitives.Multiply(frame.Input(0).Span, factor, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.FusedMultiplyAdd(frame.OutputGradient.Span, factor, target, target);
        }
    }
}

/// <summary>Calls <see cref="Scale{T}"/>.</summary>
public static class ScaleExtensions
{
    /// <summary>factor · x.</summary>
    public static Variable<T> Scale<T>(this Variable<T> x, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Scale<T>(factor), [x]);
}
