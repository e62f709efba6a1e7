using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The sum of two tensors of the same shape.</summary>
/// <remarks>
/// Forward: y = a + b, element by element.
/// Backward: da += dy, db += dy.
/// Saved: nothing. Cost: one pass, and one for each gradient.
/// </remarks>
public sealed class Add<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Add", inputs, 2, 2);
        ShapeRule.Same("Add", "b", inputs[1], inputs[0]);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => TensorPrimitives.Add(frame.Input(0).Span, frame.Input(1).Span, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.Add(target, gradient, target);
        }

        if (frame.NeedsGradient(1))
        {
            Span<T> target = frame.InputGradient(1).Span;
            TensorPrimitives.Add(target, gradient, target);
        }
    }
}

/// <summary>Calls <see cref="Add{T}"/>.</summary>
public static class AddExtensions
{
    /// <summary>a + b, element by element.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> Add<T>(this Variable<T> a, Variable<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a.Tape.Apply(new Add<T>(), [a, b]);
}
