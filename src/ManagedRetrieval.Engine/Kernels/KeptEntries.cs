using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>The entries of a row of logits that were not removed, that is, are not −∞.</summary>
/// <remarks>Results depend on the kept entries alone, in their order. Nothing is allocated.</remarks>
internal static class KeptEntries
{
    private const int Lanes = 64;

    /// <summary>The mean over the kept entries of maximum − z_j: log-sum-exp − mean is then ln(sum) plus this, without cancelling.</summary>
    /// <param name="logits">The row; at least one entry must be kept.</param>
    /// <param name="maximum">The largest of the logits.</param>
    /// <param name="kept">The number of kept entries.</param>
    public static T MeanBelow<T>(ReadOnlySpan<T> logits, T maximum, out int kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> lanes = stackalloc T[Lanes];
        lanes.Clear();
        kept = 0;
        foreach (T logit in logits)
        {
            if (!T.IsNegativeInfinity(logit))
            {
                lanes[kept++ % Lanes] += maximum - logit;
            }
        }

        return RowReduce.Sum<T>(lanes) / T.CreateChecked(kept);
    }

    /// <summary>result_j −= value for the kept entries.</summary>
    public static void Subtract<T>(ReadOnlySpan<T> logits, T value, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < result.Length; j++)
        {
            if (!T.IsNegativeInfinity(logits[j]))
            {
                result[j] -= value;
            }
        }
    }
}
