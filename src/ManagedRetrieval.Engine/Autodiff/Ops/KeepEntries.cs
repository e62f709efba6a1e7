using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>A matrix of logits with all but some entries taken out.</summary>
/// <remarks>
/// Forward: y_ij = z_ij where column j is on row i's list, else −∞.
/// Backward: dz_ij += dy_ij for kept entries; a removed entry's gradient is exactly 0.
/// Saved: nothing. Cost: one pass, and one backward.
/// </remarks>
public sealed class KeepEntries<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal override bool RemovesEntries => true;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("KeepEntries", inputs, 1, 1);
        ShapeRule.Rank("KeepEntries", "logits", inputs[0], 2);
        ShapeRule.Ragged("KeepEntries", "columns", indices, inputs[0][1]);
        ShapeRule.Length("KeepEntries", "lists of columns", indices.Offsets.Length - 1, inputs[0].Rows);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        int width = frame.Output.Shape.RowLength;
        frame.Output.Span.Fill(T.NegativeInfinity);
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            ReadOnlySpan<T> from = Rows.Of<T>(frame.Input(0).Span, width, i);
            Span<T> to = Rows.Of(frame.Output.Span, width, i);
            foreach (int column in List(frame, i))
            {
                to[column] = from[column];
            }
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
        Span<T> target = frame.InputGradient(0).Span;
        using var scratch = new Scratch<T>(width);
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            ReadOnlySpan<T> from = Rows.Of<T>(frame.OutputGradient.Span, width, i);
            scratch.Span.Clear();
            foreach (int column in List(frame, i))
            {
                scratch.Span[column] = from[column];
            }

            Span<T> to = Rows.Of(target, width, i);
            TensorPrimitives.Add(to, scratch.Span, to);
        }
    }

    private static ReadOnlySpan<int> List(OpFrame<T> frame, int row)
    {
        ReadOnlySpan<int> offsets = frame.Indices.Offsets.Span;
        return frame.Indices.Values.Span[offsets[row]..offsets[row + 1]];
    }
}

/// <summary>Calls <see cref="KeepEntries{T}"/>.</summary>
public static class KeepEntriesExtensions
{
    /// <summary>Takes all entries out of logits [m, n] but those on the lists, so that the others count for nothing in any loss.</summary>
    /// <param name="logits">[m, n].</param>
    /// <param name="columns">The kept columns of all rows, one row's list after the other.</param>
    /// <param name="offsets">Where each row's list starts, then the number of all: m + 1 numbers.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, or the offsets do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column does not exist.</exception>
    public static Variable<T> KeepEntries<T>(this Variable<T> logits, ReadOnlyMemory<int> columns, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new KeepEntries<T>(), [logits], new OpIndices(columns, offsets));
}
