using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Keeps the best of a scan of rows of bytes, list after list.</summary>
internal ref struct Int8KeySink : IScanSink<float>
{
    /// <summary>What is kept.</summary>
    public GreatestKeys Keys;

    /// <summary>What may be kept.</summary>
    public required PlaceLimits Limits;

    /// <inheritdoc/>
    public readonly float Threshold(int query) => Keys.Least == 0 ? float.NegativeInfinity : ScoreKeys.Value(ScoreKeys.Score(Keys.Least));

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<float> scores)
    {
        for (; reached != 0; reached &= reached - 1)
        {
            int i = BitOperations.TrailingZeroCount(reached);

            // 0 added, −0 becomes 0, which it equals.
            ulong key = ScoreKeys.Of(ScoreKeys.Order(scores[i] + 0f), firstRow + i);
            if (key >= Keys.Least && Limits.Admits(firstRow + i))
            {
                Keys.Add(key);
            }
        }
    }
}
