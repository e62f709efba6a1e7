using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>A vector added to every row of a matrix.</summary>
/// <remarks>
/// Forward: y_ij = x_ij + b_j.
/// Backward: dx += dy; db_j += Σ_i dy_ij, rows in ascending order.
/// Saved: nothing. Cost: one pass, and one for each gradient.
/// </remarks>
public sealed class AddBias<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("AddBias", inputs, 2, 2);
        ShapeRule.Rank("AddBias", "x", inputs[0], 2);
        ShapeRule.Same("AddBias", "bias", inputs[1], new Shape(inputs[0][1]));
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> bias = frame.Input(1).Span;
        int width = bias.Length;
        ReadOnlySpan<T> x = frame.Input(0).Span;
        Span<T> y = frame.Output.Span;
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            TensorPrimitives.Add(Rows.Of(x, width, i), bias, Rows.Of(y, width, i));
        }
    }

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
            for (int i = 0; i < frame.Output.Shape.Rows; i++)
            {
                TensorPrimitives.Add(target, Rows.Of(gradient, target.Length, i), target);
            }
        }
    }
}

/// <summary>Calls <see cref="AddBias{T}"/>.</summary>
public static class AddBiasExtensions
{
    /// <summary>x + bias for x [m, n] and a bias [n].</summary>
    /// <exception cref="ArgumentException">x is no matrix, or the bias has another length than its rows.</exception>
    public static Variable<T> AddBias<T>(this Variable<T> x, Variable<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new AddBias<T>(), [x, bias]);
}
