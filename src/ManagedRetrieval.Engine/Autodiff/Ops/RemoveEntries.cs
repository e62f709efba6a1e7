using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>A matrix of logits with some entries taken out.</summary>
/// <remarks>
/// Forward: y_ij = −∞ where column j is on row i's list, else z_ij. The exponential of −∞ is exactly 0, so a removed entry adds exactly nothing to a normaliser.
/// Backward: dz_ij += dy_ij for kept entries; a removed entry's gradient is exactly 0.
/// Saved: nothing. Cost: one pass, and one backward.
/// </remarks>
public sealed class RemoveEntries<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override bool RemovesEntries => true;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("RemoveEntries", inputs, 1, 1);
        ShapeRule.Rank("RemoveEntries", "logits", inputs[0], 2);
        ShapeRule.Ragged("RemoveEntries", "columns", indices, inputs[0][1]);
        ShapeRule.Length("RemoveEntries", "lists of columns", indices.Offsets.Length - 1, inputs[0].Rows);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        int width = frame.Output.Shape.RowLength;
        frame.Input(0).Span.CopyTo(frame.Output.Span);
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            FillRemoved(frame, i, Rows.Of(frame.Output.Span, width, i), T.NegativeInfinity);
        }
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        int width = frame.Output.Shape.RowLength;
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        Span<T> target = frame.InputGradient(0).Span;
        using var scratch = new Scratch<T>(width);
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            Rows.Of(gradient, width, i).CopyTo(scratch.Span);
            FillRemoved(frame, i, scratch.Span, T.Zero);
            Span<T> row = Rows.Of(target, width, i);
            TensorPrimitives.Add(row, scratch.Span, row);
        }
    }

    private static void FillRemoved(OpFrame<T> frame, int row, Span<T> values, T value)
    {
        ReadOnlySpan<int> offsets = frame.Indices.Offsets.Span;
        foreach (int column in frame.Indices.Values.Span[offsets[row]..offsets[row + 1]])
        {
            values[column] = value;
        }
    }
}

/// <summary>Calls <see cref="RemoveEntries{T}"/>.</summary>
public static class RemoveEntriesExtensions
{
    /// <summary>Takes entries out of logits [m, n], so that they count for nothing in any loss.</summary>
    /// <param name="logits">[m, n].</param>
    /// <param name="columns">The removed columns of all rows, one row's list after the other.</param>
    /// <param name="offsets">Where each row's list starts, then the number of all: m + 1 numbers.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, or the offsets do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column does not exist.</exception>
    public static Variable<T> RemoveEntries<T>(this Variable<T> logits, ReadOnlyMemory<int> columns, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new RemoveEntries<T>(), [logits], new OpIndices(columns, offsets));
}
