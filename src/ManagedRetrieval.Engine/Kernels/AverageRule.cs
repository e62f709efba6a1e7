using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>One step of a moving average.</summary>
/// <remarks>
/// e ← fma(x − e, w, e). Every step is rounded as in scalars, so the result depends on the inputs alone. The spans are equally
/// long and do not overlap. Nothing is allocated.
/// </remarks>
internal static class AverageRule
{
    /// <summary>Elements worked on at once: 2 KiB of doubles, which stay in the first cache beside those of average and value.</summary>
    private const int Block = 256;

    /// <summary>Moves the average towards the value.</summary>
    /// <param name="average">e.</param>
    /// <param name="value">x.</param>
    /// <param name="weight">w, the part of the way.</param>
    public static void Run<T>(Span<T> average, ReadOnlySpan<T> value, T weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> differences = stackalloc T[Math.Min(Block, average.Length)];
        while (!average.IsEmpty)
        {
            int count = Math.Min(Block, average.Length);
            TensorPrimitives.Subtract(value[..count], average[..count], differences);
            TensorPrimitives.FusedMultiplyAdd(differences[..count], weight, average[..count], average[..count]);
            average = average[count..];
            value = value[count..];
        }
    }
}
