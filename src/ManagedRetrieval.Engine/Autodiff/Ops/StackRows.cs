using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The rows of one matrix under those of another.</summary>
/// <remarks>
/// Forward: y_i = a_i for i &lt; m, y_(m+i) = b_i, a having m rows.
/// Backward: da_i += dy_i; db_i += dy_(m+i).
/// Saved: nothing. Cost: one copy, and one pass for each gradient.
/// </remarks>
public sealed class StackRows<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("StackRows", inputs, 2, 2);
        ShapeRule.Rank("StackRows", "a", inputs[0], 2);
        ShapeRule.Rank("StackRows", "b", inputs[1], 2);
        ShapeRule.Same("StackRows", "b", inputs[1], inputs[0].WithRows(inputs[1].Rows));
        return inputs[0].WithRows(inputs[0].Rows + inputs[1].Rows);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> a = frame.Input(0).Span;
        a.CopyTo(frame.Output.Span);
        frame.Input(1).Span.CopyTo(frame.Output.Span[a.Length..]);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        int split = frame.Input(0).Shape.Length;
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.Add(target, gradient[..split], target);
        }

        if (frame.NeedsGradient(1))
        {
            Span<T> target = frame.InputGradient(1).Span;
            TensorPrimitives.Add(target, gradient[split..], target);
        }
    }
}

/// <summary>Calls <see cref="StackRows{T}"/>.</summary>
public static class StackRowsExtensions
{
    /// <summary>The rows of a [m, d], then those of b [n, d], as [m + n, d].</summary>
    /// <exception cref="ArgumentException">An input is no matrix, or their rows differ in length.</exception>
    public static Variable<T> StackRows<T>(this Variable<T> a, Variable<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a.Tape.Apply(new StackRows<T>(), [a, b]);
}
