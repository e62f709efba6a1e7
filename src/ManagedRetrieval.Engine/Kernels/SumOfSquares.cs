using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Σ x² in double, so that floats neither overflow nor vanish.</summary>
/// <remarks>
/// Blocks of 1,024 elements are summed by <see cref="RowReduce.Dot"/>, and their sums one after the other: the order depends on
/// the length alone, and the same numbers as floats and as doubles give the same bits. Nothing is allocated.
/// </remarks>
internal static class SumOfSquares
{
    /// <summary>8 KiB of doubles: they stay in the first cache.</summary>
    private const int Block = 1024;

    /// <summary>Σ x_i²; 0 for an empty span.</summary>
    public static double Of<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> widened = stackalloc double[Math.Min(Block, x.Length)];
        double sum = 0;
        while (!x.IsEmpty)
        {
            int count = Math.Min(Block, x.Length);
            TensorPrimitives.ConvertChecked(x[..count], widened);
            sum += RowReduce.Dot<double>(widened[..count], widened[..count]);
            x = x[count..];
        }

        return sum;
    }
}
