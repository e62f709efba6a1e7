using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Keeps the best of a scan of 4-bit codes, list after list, by sum plus the list's base.</summary>
internal ref struct FourBitKeySink : IScanSink<ushort>
{
    /// <summary>What is kept.</summary>
    public GreatestKeys Keys;

    /// <summary>What is added to sums of the list that is scanned.</summary>
    public uint Base;

    /// <summary>What may be kept.</summary>
    public required PlaceLimits Limits;

    /// <inheritdoc/>
    public readonly ushort Threshold(int query)
    {
        uint least = ScoreKeys.Score(Keys.Least);
        return least <= Base ? (ushort)0 : (ushort)Math.Min(least - Base, ushort.MaxValue);
    }

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<ushort> scores)
    {
        for (; reached != 0; reached &= reached - 1)
        {
            int i = BitOperations.TrailingZeroCount(reached);
            ulong key = ScoreKeys.Of(Base + scores[i], firstRow + i);
            if (key >= Keys.Least && Limits.Admits(firstRow + i))
            {
                Keys.Add(key);
            }
        }
    }
}
