using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Sends the gradient of an element-wise maximum to the rows that attain it.</summary>
/// <remarks>
/// A score attains the maximum if it equals it or is NaN. The loops choose by masks: among random scores, branches would be
/// mispredicted at every second element. Results depend on the inputs alone, element by element. Outputs may not alias inputs. Nothing is allocated.
/// </remarks>
internal static class MaximumGradient
{
    /// <summary>target_j += rest_j and then rest_j = 0 where score_j attains maximum_j: row after row, the first that attains it gets everything.</summary>
    public static void Take<T>(ReadOnlySpan<T> scores, ReadOnlySpan<T> maximum, Span<T> rest, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Run(scores, maximum, rest, target, takes: true);

    /// <summary>target_j += share_j where score_j attains maximum_j.</summary>
    public static void Add<T>(ReadOnlySpan<T> scores, ReadOnlySpan<T> maximum, Span<T> share, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Run(scores, maximum, share, target, takes: false);

    private static void Run<T>(ReadOnlySpan<T> scores, ReadOnlySpan<T> maximum, Span<T> source, Span<T> target, bool takes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int j = 0;
        for (; j <= scores.Length - Vector<T>.Count; j += Vector<T>.Count)
        {
            var score = new Vector<T>(scores[j..]);
            var value = new Vector<T>(source[j..]);
            Vector<T> attains = Vector.Equals(score, new Vector<T>(maximum[j..])) | ~Vector.Equals(score, score);
            (new Vector<T>(target[j..]) + Vector.ConditionalSelect(attains, value, Vector<T>.Zero)).CopyTo(target[j..]);
            if (takes)
            {
                Vector.ConditionalSelect(attains, Vector<T>.Zero, value).CopyTo(source[j..]);
            }
        }

        for (; j < scores.Length; j++)
        {
            bool attains = scores[j] == maximum[j] || T.IsNaN(scores[j]);
            target[j] += attains ? source[j] : T.Zero;
            source[j] = attains && takes ? T.Zero : source[j];
        }
    }
}
