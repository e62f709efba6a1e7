using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Adagrad's rule with one accumulator for a whole row.</summary>
/// <remarks>
/// a ← a + (Σ g²) / n, the sum being <see cref="RowReduce.Dot"/>'s; x ← fma(g, −η / (√a + ε), x). The result depends on the
/// inputs alone. The spans are equally long and do not overlap. Nothing is allocated.
/// </remarks>
internal static class RowAdagradRule
{
    /// <summary>Moves the value and grows the row's accumulator; an empty row leaves it.</summary>
    /// <param name="value">x, n elements.</param>
    /// <param name="gradient">g.</param>
    /// <param name="accumulator">a.</param>
    /// <param name="minusRate">−η.</param>
    /// <param name="epsilon">ε.</param>
    public static void Run<T>(Span<T> value, ReadOnlySpan<T> gradient, ref T accumulator, T minusRate, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (gradient.IsEmpty)
        {
            return;
        }

        accumulator += RowReduce.Dot(gradient, gradient) / T.CreateChecked(gradient.Length);
        TensorPrimitives.FusedMultiplyAdd(gradient, minusRate / (T.Sqrt(accumulator) + epsilon), value, value);
    }
}
