using System.Numerics;
using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Finds the next score that matters, many at a time.</summary>
internal static class FirstAbove
{
    /// <summary>The first position from <paramref name="start"/> on whose value is greater than the threshold; the length for none. NaN is never greater, and nothing is greater than NaN.</summary>
    public static int Of<T>(ReadOnlySpan<T> values, int start, T threshold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = start, width = Vector512<T>.Count;
        if (Vector128.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            // Four at a time, since one test and jump for each vector would take longer than its comparison.
            Vector512<T> limit = Vector512.Create(threshold);
            for (; i <= values.Length - (4 * width); i += 4 * width)
            {
                Vector512<T> any = Vector512.GreaterThan(At(values, i), limit) | Vector512.GreaterThan(At(values, i + width), limit)
                    | Vector512.GreaterThan(At(values, i + (2 * width)), limit) | Vector512.GreaterThan(At(values, i + (3 * width)), limit);
                if (any != Vector512<T>.Zero)
                {
                    break;
                }
            }

            for (; i <= values.Length - width; i += width)
            {
                ulong above = Vector512.GreaterThan(At(values, i), limit).ExtractMostSignificantBits();
                if (above != 0)
                {
                    return i + BitOperations.TrailingZeroCount(above);
                }
            }
        }

        while (i < values.Length && !(values[i] > threshold))
        {
            i++;
        }

        return i;
    }

    private static Vector512<T> At<T>(ReadOnlySpan<T> values, int start) => Vector512.Create(values.Slice(start, Vector512<T>.Count));
}
