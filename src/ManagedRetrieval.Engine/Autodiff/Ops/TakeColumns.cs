using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Some neighbouring columns of a matrix.</summary>
/// <remarks>
/// Forward: y_ij = x_i(start + j) for 0 ≤ j &lt; count.
/// Backward: dx_i(start + j) += dy_ij; other columns add exactly nothing.
/// Saved: nothing. Cost: one copy of the columns, and one pass over them backward.
/// </remarks>
public sealed class TakeColumns<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _start;
    private readonly int _count;

    /// <summary>Makes the op.</summary>
    /// <param name="start">The first column taken.</param>
    /// <param name="count">How many are taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public TakeColumns(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        (_start, _count) = (start, count);
    }

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("TakeColumns", inputs, 1, 1);
        ShapeRule.Rank("TakeColumns", "x", inputs[0], 2);
        if (inputs[0][1] - _start < _count)
        {
            throw new ArgumentException($"TakeColumns takes {_count} columns from column {_start} on, which x of shape {inputs[0]} does not have.", nameof(inputs));
        }

        return new Shape(inputs[0].Rows, _count);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        Tensor<T> x = frame.Input(0);
        for (int i = 0; i < x.Shape.Rows; i++)
        {
            x.Row(i).Slice(_start, _count).CopyTo(frame.Output.Row(i));
        }
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        Tensor<T> gradient = frame.InputGradient(0);
        for (int i = 0; i < gradient.Shape.Rows; i++)
        {
            Span<T> target = gradient.Row(i).Slice(_start, _count);
            TensorPrimitives.Add(target, frame.OutputGradient.Row(i), target);
        }
    }
}

/// <summary>Calls <see cref="TakeColumns{T}"/>.</summary>
public static class TakeColumnsExtensions
{
    /// <summary>The columns of x [m, d] from <paramref name="start"/> on, as [m, count].</summary>
    /// <param name="x">[m, d].</param>
    /// <param name="start">The first column taken.</param>
    /// <param name="count">How many are taken.</param>
    /// <exception cref="ArgumentException">x is no matrix, or has fewer columns than start + count.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static Variable<T> TakeColumns<T>(this Variable<T> x, int start, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new TakeColumns<T>(start, count), [x]);
}
