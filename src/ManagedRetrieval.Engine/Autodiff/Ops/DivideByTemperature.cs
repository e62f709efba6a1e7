using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Logits over a temperature that is learnt by its logarithm.</summary>
/// <remarks>
/// Forward: y = x · r with r = e^(−clamp(θ, ln 0.01, ln 100)), so that the temperature e^θ stays in [0.01, 100].
/// Backward: dx += r · dy; dθ −= Σ dy · y over all entries, in an order that their number alone decides; beyond the range exactly nothing is added.
/// Saved: nothing; backward reads the output. Cost: one pass, and one for each gradient.
/// An entry of −∞ is removed: it stays −∞ and adds exactly nothing to dθ.
/// </remarks>
public sealed class DivideByTemperature<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The least temperature; a smaller one counts as this.</summary>
    public const double MinimumTemperature = 0.01;

    /// <summary>The largest temperature; a larger one counts as this.</summary>
    public const double MaximumTemperature = 100;

    private static readonly T Least = T.CreateChecked(Math.Log(MinimumTemperature));
    private static readonly T Largest = T.CreateChecked(Math.Log(MaximumTemperature));

    /// <summary>The nearest logarithm of a temperature within the range; NaN stays NaN.</summary>
    internal static T Clamp(T logTemperature) => T.Clamp(logTemperature, Least, Largest);

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("DivideByTemperature", inputs, 2, 2);
        if (inputs[0].Rank != 3)
        {
            ShapeRule.Rank("DivideByTemperature", "logits", inputs[0], 2);
        }

        ShapeRule.Same("DivideByTemperature", "logTemperature", inputs[1], Shape.Scalar);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => TensorPrimitives.Multiply(frame.Input(0).Span, Factor(frame), frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        if (frame.NeedsGradient(0))
        {
            Span<T> target = frame.InputGradient(0).Span;
            TensorPrimitives.FusedMultiplyAdd(gradient, Factor(frame), target, target);
        }

        T logTemperature = frame.Input(1).Span[0];
        if (frame.NeedsGradient(1) && !(logTemperature < Least || logTemperature > Largest))
        {
            frame.InputGradient(1).Span[0] -= DotOfKept(gradient, frame.Output.Span);
        }
    }

    private static T Factor(OpFrame<T> frame) => T.Exp(-Clamp(frame.Input(1).Span[0]));

    /// <summary>The dot product in which a removed entry counts as 0; it is looked for only where it shows, 0 · −∞ being NaN.</summary>
    private static T DotOfKept(ReadOnlySpan<T> gradient, ReadOnlySpan<T> logits)
    {
        T sum = RowReduce.Dot(gradient, logits);
        if (T.IsFinite(sum))
        {
            return sum;
        }

        using var scratch = new Scratch<T>(logits.Length);
        for (int i = 0; i < logits.Length; i++)
        {
            scratch.Span[i] = T.IsNegativeInfinity(logits[i]) ? T.Zero : logits[i];
        }

        return RowReduce.Dot(gradient, scratch.Span);
    }
}

/// <summary>Calls <see cref="DivideByTemperature{T}"/>.</summary>
public static class DivideByTemperatureExtensions
{
    /// <summary>Logits [m, n], or vectors whose dot products are logits, divided by the temperature whose logarithm is given, clamped to [0.01, 100].</summary>
    /// <param name="logits">[m, n] or [l, m, n]; −∞ marks a removed entry.</param>
    /// <param name="logTemperature">[1]; outside the range of the clamp it gets no gradient.</param>
    /// <exception cref="ArgumentException">The logits are neither a matrix nor of rank 3, or the logarithm is no single number.</exception>
    public static Variable<T> DivideByTemperature<T>(this Variable<T> logits, Variable<T> logTemperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new DivideByTemperature<T>(), [logits, logTemperature]);
}
