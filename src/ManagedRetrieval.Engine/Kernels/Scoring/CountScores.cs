using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Counts scores by comparison, a vector at a time.</summary>
/// <remarks>
/// Each lane counts in its own element type, whole numbers that float holds exactly up to 2²⁴: at most so many scores in
/// one call, where a tile has 512. The result does not depend on the width of a vector.
/// </remarks>
internal static class CountScores
{
    /// <summary>How many scores are greater than <paramref name="threshold"/>, and how many equal it; no NaN is either.</summary>
    public static (int Above, int Tied) Against<T>(ReadOnlySpan<T> scores, T threshold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Vector<T> aboves, Vector<T> ties) = (Vector<T>.Zero, Vector<T>.Zero);
        var thresholds = new Vector<T>(threshold);
        int i = 0;
        for (; i <= scores.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var lanes = new Vector<T>(scores.Slice(i, Vector<T>.Count));
            aboves += Vector.GreaterThan(lanes, thresholds) & Vector<T>.One;
            ties += Vector.Equals(lanes, thresholds) & Vector<T>.One;
        }

        int above = int.CreateTruncating(Vector.Sum(aboves));
        int tied = int.CreateTruncating(Vector.Sum(ties));
        foreach (T score in scores[i..])
        {
            above += score > threshold ? 1 : 0;
            tied += score == threshold ? 1 : 0;
        }

        return (above, tied);
    }

    /// <summary>How many scores are NaN.</summary>
    public static int NaN<T>(ReadOnlySpan<T> scores)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> numbers = Vector<T>.Zero;
        int i = 0;
        for (; i <= scores.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var lanes = new Vector<T>(scores.Slice(i, Vector<T>.Count));
            numbers += Vector.Equals(lanes, lanes) & Vector<T>.One;
        }

        int count = i - int.CreateTruncating(Vector.Sum(numbers));
        foreach (T score in scores[i..])
        {
            count += T.IsNaN(score) ? 1 : 0;
        }

        return count;
    }
}
