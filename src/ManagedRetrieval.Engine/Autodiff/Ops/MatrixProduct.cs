using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The product of two matrices, each as it is or transposed.</summary>
/// <remarks>
/// Forward: C = op(A) · op(B), every element one chain of fused multiply-adds over ascending depth.
/// Backward: with G = dC, dA += G · op(B)ᵀ (transposed where A is) and dB += op(A)ᵀ · G (transposed where B is).
/// Saved: nothing. Cost: 2mnk, and twice that backward.
/// </remarks>
/// <param name="transposeA">Whether op(A) = Aᵀ.</param>
/// <param name="transposeB">Whether op(B) = Bᵀ.</param>
public sealed class MatrixProduct<T>(bool transposeA = false, bool transposeB = false) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("MatrixProduct", inputs, 2, 2);
        ShapeRule.Rank("MatrixProduct", "a", inputs[0], 2);
        ShapeRule.Rank("MatrixProduct", "b", inputs[1], 2);
        (int m, int k) = transposeA ? (inputs[0][1], inputs[0][0]) : (inputs[0][0], inputs[0][1]);
        (int depth, int n) = transposeB ? (inputs[1][1], inputs[1][0]) : (inputs[1][0], inputs[1][1]);
        if (k != depth)
        {
            throw new ArgumentException(
                $"MatrixProduct needs equal depths, but a of shape {inputs[0]}{Mark(transposeA)} has {k} and b of shape {inputs[1]}{Mark(transposeB)} has {depth}.", nameof(inputs));
        }

        return new Shape(m, n);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) =>
        frame.Backend.MatrixProduct(frame.Input(0), transposeA, frame.Input(1), transposeB, frame.Output, accumulate: false);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        Tensor<T> gradient = frame.OutputGradient;
        (Tensor<T> a, Tensor<T> b) = (frame.Input(0), frame.Input(1));
        if (frame.NeedsGradient(0))
        {
            if (transposeA)
            {
                frame.Backend.MatrixProduct(b, transposeB, gradient, true, frame.InputGradient(0), accumulate: true);
            }
            else
            {
                frame.Backend.MatrixProduct(gradient, false, b, !transposeB, frame.InputGradient(0), accumulate: true);
            }
        }

        if (frame.NeedsGradient(1))
        {
            if (transposeB)
            {
                frame.Backend.MatrixProduct(gradient, true, a, transposeA, frame.InputGradient(1), accumulate: true);
            }
            else
            {
                frame.Backend.MatrixProduct(a, !transposeA, gradient, false, frame.InputGradient(1), accumulate: true);
            }
        }
    }

    private static string Mark(bool transpose) => transpose ? " (transposed)" : "";
}

/// <summary>Calls <see cref="MatrixProduct{T}"/>.</summary>
public static class MatrixProductExtensions
{
    /// <summary>op(a) · op(b), of shape [m, n] for op(a) [m, k] and op(b) [k, n].</summary>
    /// <exception cref="ArgumentException">An input is no matrix, or the depths differ.</exception>
    public static Variable<T> MatrixProduct<T>(this Variable<T> a, Variable<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => a.Tape.Apply(new MatrixProduct<T>(transposeA, transposeB), [a, b]);
}
