using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The sum of all elements.</summary>
/// <remarks>
/// Forward: y = Σ x_i, in an order that the length alone decides.
/// Backward: dx_i += dy.
/// Saved: nothing. Cost: one pass, and one backward.
/// </remarks>
public sealed class Sum<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Sum", inputs, 1, 1);
        return Shape.Scalar;
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => frame.Output.Span[0] = RowReduce.Sum<T>(frame.Input(0).Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.Add(target, frame.OutputGradient.Span[0], target);
        }
    }
}

/// <summary>Calls <see cref="Sum{T}"/>.</summary>
public static class SumExtensions
{
    /// <summary>The sum of all elements, of shape [1].</summary>
    public static Variable<T> Sum<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Sum<T>(), [x]);
}
