using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The columns of two to four matrices side by side.</summary>
/// <remarks>
/// Forward: y_i = (a_i, b_i, …), row by row.
/// Backward: each input's gradient += its columns of dy.
/// Saved: nothing. Cost: one copy, and one pass for each gradient.
/// </remarks>
public sealed class Concatenate<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Concatenate", inputs, 2, OpFrame<T>.MaximumInputs);
        int width = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            ShapeRule.Rank("Concatenate", Names[i], inputs[i], 2);
            ShapeRule.Same("Concatenate", Names[i], inputs[i], inputs[i].WithRows(inputs[0].Rows));
            width += inputs[i][1];
        }

        return new Shape(inputs[0].Rows, width);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        int start = 0;
        for (int input = 0; input < frame.InputCount; input++)
        {
            Tensor<T> source = frame.Input(input);
            for (int i = 0; i < source.Shape.Rows; i++)
            {
                source.Row(i).CopyTo(frame.Output.Row(i)[start..]);
            }

            start += source.Shape.RowLength;
        }
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        int start = 0;
        for (int input = 0; input < frame.InputCount; input++)
        {
            Shape shape = frame.Input(input).Shape;
            if (frame.NeedsGradient(input))
            {
                Span<T> gradient = frame.InputGradient(input).Span;
                for (int i = 0; i < shape.Rows; i++)
                {
                    Span<T> target = Rows.Of(gradient, shape.RowLength, i);
                    TensorPrimitives.Add(target, frame.OutputGradient.Row(i).Slice(start, shape.RowLength), target);
                }
            }

            start += shape.RowLength;
        }
    }
}

/// <summary>Calls <see cref="Concatenate{T}"/>.</summary>
public static class ConcatenateExtensions
{
    /// <summary>The columns of a [m, d], then those of the others [m, d_i], as [m, d + Σ d_i].</summary>
    /// <param name="a">[m, d].</param>
    /// <param name="others">Any number. Beyond three, what is joined already is copied once more for every three.</param>
    /// <exception cref="ArgumentException">An input is no matrix, or they differ in their numbers of rows.</exception>
    public static Variable<T> Concatenate<T>(this Variable<T> a, params ReadOnlySpan<Variable<T>> others)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var op = new Concatenate<T>();
        Variable<T> joined = a;
        while (!others.IsEmpty)
        {
            int count = Math.Min(OpFrame<T>.MaximumInputs - 1, others.Length);
            joined = a.Tape.Apply(op, [joined, .. others[..count]]);
            others = others[count..];
        }

        return joined;
    }
}
