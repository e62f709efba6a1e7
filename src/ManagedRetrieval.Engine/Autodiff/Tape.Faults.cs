using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <content>Finds where a pass went wrong; for a step that failed, so nothing of it is in the way of one that does not.</content>
public sealed partial class Tape<T>
{
    /// <summary>The number of values on the tape: inputs, parameters and results of ops.</summary>
    internal int Count => _count;

    /// <summary>The first value, in the order of recording, that is not finite although everything it was made of is; null where there is none.</summary>
    /// <remarks>−∞ marks a removed entry in what comes out of an op that removes, and in all that is made of it.</remarks>
    internal TapeFault? FirstFault()
    {
        bool[] removed = new bool[_count];
        for (int i = 0; i < _count; i++)
        {
            OpFrame<T> frame = _frames[i];
            removed[i] = frame.Op is { RemovesEntries: true };
            for (int input = 0; input < frame.InputCount; input++)
            {
                removed[i] |= removed[frame.InputNumber(input)];
            }

            int at = FirstNotFinite(frame.Output.Span, removed[i]);
            if (at >= 0)
            {
                string source = frame.Op?.Name ?? (frame.Parameter is { } parameter ? $"The parameter '{parameter.Name}'" : "An input");
                return Fault(source, frame.Op is null ? -1 : i, frame.Output.Shape, at, frame.Output.Span[at], isGradient: false);
            }
        }

        return null;
    }

    /// <summary>Goes backwards once more and finds the first gradient that is not finite; null where there is none. What gradients there were, of parameters too, are lost.</summary>
    /// <param name="output">A single number.</param>
    internal TapeFault? FirstGradientFault(Variable<T> output)
    {
        ForgetIntermediateGradients(output.Number);
        for (int i = 0; i <= output.Number; i++)
        {
            _frames[i].Parameter?.ZeroGradient();
        }

        Frame(output).DenseGradient().Span[0] += T.One;
        for (int i = output.Number; i >= 0; i--)
        {
            OpFrame<T> frame = _frames[i];
            if (frame.Op is not { } op || !frame.NeedsOutputGradient || !frame.HasGradient)
            {
                continue;
            }

            op.Backward(frame);
            for (int input = 0; input < frame.InputCount; input++)
            {
                if (!frame.NeedsGradient(input) || frame.IsTable(input))
                {
                    continue;
                }

                Tensor<T> gradient = frame.InputGradient(input);
                int at = FirstNotFinite(gradient.Span, removed: false);
                if (at >= 0)
                {
                    DiscardPending(output.Number);
                    return Fault(op.Name, frame.InputNumber(input), gradient.Shape, at, gradient.Span[at], isGradient: true);
                }
            }
        }

        return FirstTableFault(output.Number);
    }

    private TapeFault? FirstTableFault(int last)
    {
        Coalesce(last);
        for (int i = 0; i <= last; i++)
        {
            if (_frames[i].Parameter is not EmbeddingTable<T> table)
            {
                continue;
            }

            Span<T> values = table.Gradient.Values.Span;
            int at = FirstNotFinite(values, removed: false);
            if (at >= 0)
            {
                (int row, int column) = Math.DivRem(at, table.Value.Shape.RowLength);
                return new TapeFault
                {
                    Source = $"The parameter '{table.Name}'",
                    Frame = -1,
                    Rows = table.Value.Shape.Rows,
                    Width = table.Value.Shape.RowLength,
                    Row = table.Gradient.Rows[row],
                    Column = column,
                    Value = double.CreateSaturating(values[at]),
                    IsGradient = true,
                };
            }
        }

        return null;
    }

    private static TapeFault Fault(string source, int frame, Shape shape, int at, T value, bool isGradient)
    {
        // A vector's elements are its rows.
        (int row, int column) = Math.DivRem(at, shape.RowLength);
        return new TapeFault
        {
            Source = source,
            Frame = frame,
            Rows = shape.Rows,
            Width = shape.RowLength,
            Row = row,
            Column = column,
            Value = double.CreateSaturating(value),
            IsGradient = isGradient,
        };
    }

    private static int FirstNotFinite(ReadOnlySpan<T> values, bool removed)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]) && !(removed && T.IsNegativeInfinity(values[i])))
            {
                return i;
            }
        }

        return -1;
    }
}
