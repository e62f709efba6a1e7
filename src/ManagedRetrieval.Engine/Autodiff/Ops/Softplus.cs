using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>ln(1 + e^x), a smooth form of max(x, 0).</summary>
/// <remarks>
/// Forward: y = ln(1 + e^x), element by element; 0 at −∞.
/// Backward: dx += dy · 1/(1 + e^(−x)).
/// Saved: nothing. Cost: one exponential and one logarithm an element, and one exponential backward.
/// </remarks>
public sealed class Softplus<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("Softplus", inputs, 1, 1);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => VectorMath.Softplus(frame.Input(0).Span, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        Span<T> target = frame.InputGradient(0).Span;
        using var scratch = new Scratch<T>(target.Length);
        VectorMath.Sigmoid(frame.Input(0).Span, scratch.Span);
        TensorPrimitives.FusedMultiplyAdd(frame.OutputGradient.Span, scratch.Span, target, target);
    }
}

/// <summary>Calls <see cref="Softplus{T}"/>.</summary>
public static class SoftplusExtensions
{
    /// <summary>ln(1 + e^x), element by element.</summary>
    public static Variable<T> Softplus<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new Softplus<T>(), [x]);
}
