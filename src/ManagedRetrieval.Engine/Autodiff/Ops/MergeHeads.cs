using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The heads of all queries as the rows of one matrix.</summary>
/// <remarks>
/// Forward: y_(i·H+h) = x_ih, head after head, query after query; a copy, for values of a tape have one shape.
/// Backward: dx_ih += dy_(i·H+h).
/// Saved: nothing. Cost: one copy, and one pass backward.
/// </remarks>
public sealed class MergeHeads<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("MergeHeads", inputs, 1, 1);
        ShapeRule.Rank("MergeHeads", "x", inputs[0], 3);
        return new Shape(inputs[0][0] * inputs[0][1], inputs[0][2]);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => frame.Input(0).Span.CopyTo(frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.Add(target, frame.OutputGradient.Span, target);
        }
    }
}

/// <summary>Calls <see cref="MergeHeads{T}"/>.</summary>
public static class MergeHeadsExtensions
{
    /// <summary>x [Q, H, d] as [Q·H, d]; row i·H + h is head h of query i.</summary>
    /// <exception cref="ArgumentException">x is not of rank 3.</exception>
    public static Variable<T> MergeHeads<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new MergeHeads<T>(), [x]);
}
