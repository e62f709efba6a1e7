using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The mean of all elements.</summary>
/// <remarks>
/// Forward: y = Σ x_i / n, in an order that the length alone decides.
/// Backward: dx_i += dy / n.
/// Saved: nothing. Cost: one pass, and one backward.
/// </remarks>
public sealed class Mean<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Mean", inputs, 1, 1);
        if (inputs[0].Length == 0)
        {
            throw new ArgumentException($"Mean needs at least one element, not a tensor of shape {inputs[0]}.", nameof(inputs));
        }

        return Shape.Scalar;
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => frame.Output.Span[0] = RowReduce.Sum<T>(frame.Input(0).Span) / T.CreateChecked(frame.Input(0).Shape.Length);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.Add(target, frame.OutputGradient.Span[0] / T.CreateChecked(frame.Input(0).Shape.Length), target);
        }
    }
}

/// <summary>Calls <see cref="Mean{T}"/>.</summary>
public static class MeanExtensions
{
    /// <summary>The mean of all elements, of shape [1].</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Variable<T> Mean<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Mean<T>(), [x]);
}
