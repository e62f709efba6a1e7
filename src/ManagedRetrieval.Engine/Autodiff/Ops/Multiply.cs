using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The element-wise product of two tensors of the same shape.</summary>
/// <remarks>
/// Forward: y = a · b, element by element.
/// Backward: da += dy · b, db += dy · a.
/// Saved: nothing. Cost: one pass, and one for each gradient.
/// </remarks>
public sealed class Multiply<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Multiply", inputs, 2, 2);
        ShapeRule.Same("Multiply", "b", inputs[1], inputs[0]);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => TensorPrimitives.Multiply(frame.Input(0).Span, frame.Input(1).Span, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.FusedMultiplyAdd(gradient, frame.Input(1).Span, target, target);
        }

        if (frame.NeedsGradient(1))
        {
            Span<T> target = frame.InputGradient(1).Span;
            TensorPrimitives.FusedMultiplyAdd(gradient, frame.Input(0).Span, target, target);
        }
    }
}

/// <summary>Calls <see cref="Multiply{T}"/>.</summary>
public static class MultiplyExtensions
{
    /// <summary>a · b, element by element.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> Multiply<T>(this Variable<T> a, Variable<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a.Tape.Apply(new Multiply<T>(), [a, b]);
}
