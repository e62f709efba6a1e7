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
        TensorPrimitives.Exp(exponentials, exponentials);

        // The vectorised float exponential of 0 is one unit in the last place over 1 (System.Numerics.Tensors 10.0), which
        // would give a row of one kept entry a loss; look again when its Exp becomes exact there.
        TensorPrimitives.Min(exponentials, T.One, exponentials);
        return (maximum, RowReduce.Sum<T>(exponentials));
    }
}
