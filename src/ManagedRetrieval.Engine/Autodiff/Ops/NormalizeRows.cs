using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Rows scaled to Euclidean length 1.</summary>
/// <remarks>
/// Forward: y_i = x_i · r_i with r_i = 1 / √max(Σ_j x_ij², ε), so that a row of zeros stays zero; a squared length
/// that overflows is made by way of the row over its largest element.
/// Backward: dx_i += r_i · (dy_i − y_i · (y_i · dy_i)); where ε decided, dx_i += r_i · dy_i.
/// Saved: r. Cost: two passes, and two backward.
/// </remarks>
/// <param name="epsilon">The least squared length that a row counts as; positive. As in TensorFlow's l2_normalize, 1e-12.</param>
public sealed class NormalizeRows<T>(double epsilon = 1e-12) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon = T.CreateChecked(epsilon) > T.Zero && T.IsFinite(T.CreateChecked(epsilon))
        ? T.CreateChecked(epsilon)
        : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "The least squared length must be positive and finite, also once rounded to the type of the elements.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("NormalizeRows", inputs, 1, 1);
        ShapeRule.Rank("NormalizeRows", "x", inputs[0], 2);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        int width = frame.Output.Shape.RowLength;
        ReadOnlySpan<T> x = frame.Input(0).Span;
        Span<T> y = frame.Output.Span;
        Span<T> factors = frame.Save(new Shape(frame.Output.Shape.Rows)).Span;
        for (int i = 0; i < factors.Length; i++)
        {
            ReadOnlySpan<T> row = Rows.Of(x, width, i);
            T squared = RowReduce.Dot(row, row);
            factors[i] = T.IsInfinity(squared) ? FactorOfLongRow(row) : T.One / T.Sqrt(T.Max(squared, _epsilon));
            TensorPrimitives.Multiply(row, factors[i], Rows.Of(y, width, i));
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
        ReadOnlySpan<T> y = frame.Output.Span;
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        ReadOnlySpan<T> factors = frame.Saved.Span;
        Span<T> target = frame.InputGradient(0).Span;
        T largest = T.One / T.Sqrt(_epsilon);
        for (int i = 0; i < factors.Length; i++)
        {
            ReadOnlySpan<T> from = Rows.Of(gradient, width, i);
            ReadOnlySpan<T> unit = Rows.Of(y, width, i);
            Span<T> to = Rows.Of(target, width, i);
            TensorPrimitives.FusedMultiplyAdd(from, factors[i], to, to);
            if (factors[i] < largest)
            {
                TensorPrimitives.FusedMultiplyAdd(unit, -factors[i] * RowReduce.Dot(unit, from), to, to);
            }
        }
    }

    /// <summary>The same factor where the squared length overflows, made by way of the row over its largest element.</summary>
    private static T FactorOfLongRow(ReadOnlySpan<T> row)
    {
        T largest = T.Abs(TensorPrimitives.MaxMagnitude(row));
        T sum = T.Zero;
        foreach (T x in row)
        {
            sum += x / largest * (x / largest);
        }

        return T.One / largest / T.Sqrt(sum);
    }
}

/// <summary>Calls <see cref="NormalizeRows{T}"/>.</summary>
public static class NormalizeRowsExtensions
{
    /// <summary>The rows of x [m, n], each divided by its Euclidean length; a row of zeros stays zero.</summary>
    /// <exception cref="ArgumentException">x is no matrix.</exception>
    public static Variable<T> NormalizeRows<T>(this Variable<T> x, double epsilon = 1e-12)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new NormalizeRows<T>(epsilon), [x]);
}
