using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Sums in an order that the length alone decides.</summary>
/// <remarks>
/// <c>TensorPrimitives.Sum</c> adds in an order that depends on the vector width and is not documented. Here 64 lanes are
/// filled by element-wise steps, then folded in halves: the same bits at every address and every vector width, and a
/// smaller rounding error than a running sum. Nothing is allocated.
/// </remarks>
internal static class RowReduce
{
    private const int Lanes = 64;

    /// <summary>Σ x_i; 0 for an empty span.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> lanes = stackalloc T[Lanes];
        lanes.Clear();
        for (; x.Length >= Lanes; x = x[Lanes..])
        {
            TensorPrimitives.Add(lanes, x[..Lanes], lanes);
        }

        TensorPrimitives.Add(lanes[..x.Length], x, lanes[..x.Length]);
        return Fold(lanes);
    }

    /// <summary>Σ x_i · y_i with fused steps; 0 for empty spans. Not for scores, whose order is ascending depth.</summary>
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> lanes = stackalloc T[Lanes];
        lanes.Clear();
        while (x.Length >= Lanes)
        {
            TensorPrimitives.FusedMultiplyAdd(x[..Lanes], y[..Lanes], lanes, lanes);
            x = x[Lanes..];
            y = y[Lanes..];
        }

        TensorPrimitives.FusedMultiplyAdd(x, y[..x.Length], lanes[..x.Length], lanes[..x.Length]);
        return Fold(lanes);
    }

    private static T Fold<T>(Span<T> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] += lanes[half + i];
            }
        }

        return lanes[0];
    }
}
