using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Softmax of one row of logits, shifted by its maximum so that nothing overflows.</summary>
/// <remarks>An entry of −∞ is removed: its probability is exactly 0. Results depend on the row alone. Nothing is allocated.</remarks>
internal static class SoftmaxRow
{
    /// <summary>Writes e^(z−max) over <paramref name="exponentials"/> (which may be <paramref name="logits"/> itself).</summary>
    /// <returns>The maximum, and the sum of the exponentials: log-sum-exp = maximum + ln(sum).</returns>
    public static (T Maximum, T Sum) Exponentials<T>(ReadOnlySpan<T> logits, Span<T> exponentials)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T maximum = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, maximum, exponentials);
        Exponential<T>(exponentials, exponentials);
        return (maximum, RowReduce.Sum<T>(exponentials));
    }

    /// <summary>The same with one entry apart: it comes out as 0 in <paramref name="exponentials"/>.</summary>
    /// <returns>The maximum, the exponential of the entry, and the sum of all others.</returns>
    public static (T Maximum, T Own, T Others) ExponentialsApart<T>(ReadOnlySpan<T> logits, int apart, Span<T> exponentials)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T maximum = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, maximum, exponentials);
        Exponential<T>(exponentials, exponentials);
        T own = exponentials[apart];
        exponentials[apart] = T.Zero;
        return (maximum, own, RowReduce.Sum<T>(exponentials));
    }

    /// <summary>e^x for x ≤ 0, exactly 1 where x is 0 and exactly 0 where it is −∞; in place if wanted.</summary>
    public static void Exponential<T>(ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            // Where a vector of doubles holds an entry below −708, TensorPrimitives.Exp (10.0) takes another path for all of
            // it, whose bits change once the JIT has optimised it. e^x = (e^(x/2))² stays above, and is exactly 0 from −1,400 down.
            TensorPrimitives.Multiply(x, T.CreateChecked(0.5), result);
            TensorPrimitives.Max(result, T.CreateChecked(-700), result);
            TensorPrimitives.Exp(result, result);
            TensorPrimitives.Multiply(result, result, result);
        }
        else
        {
            TensorPrimitives.Exp(x, result);
        }

        // Vectorised, the exponential of 0 comes out as 1.0000001 in float: a row with one entry left would have a loss.
        TensorPrimitives.Min(result, T.One, result);
    }
}
