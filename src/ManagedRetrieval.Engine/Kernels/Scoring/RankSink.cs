using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Counts, for each query, the candidates that score above its positive and those that tie with it.</summary>
/// <remarks>The positive's own row never competes, nor does a score of NaN. Where the positive's score is NaN it ranks last: every other candidate counts as above, whatever its score.</remarks>
/// <param name="positives">[queries]: the row of each query's positive.</param>
/// <param name="thresholds">[queries]: the positive's score, made by the same chain (<see cref="ScoreTiles.One"/>).</param>
/// <param name="above">[queries]; zeros at the start.</param>
/// <param name="tied">[queries]; zeros at the start.</param>
internal readonly ref struct RankSink<T>(ReadOnlySpan<int> positives, ReadOnlySpan<T> thresholds, Span<int> above, Span<int> tied) : IScoreSink<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<int> _positives = positives;
    private readonly ReadOnlySpan<T> _thresholds = thresholds;
    private readonly Span<int> _above = above;
    private readonly Span<int> _tied = tied;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<T> tile)
    {
        T threshold = _thresholds[query];
        int own = _positives[query] - firstRow;
        bool ownHere = (uint)own < (uint)tile.Length;
        int above = 0;
        int tied = 0;
        if (T.IsNaN(threshold))
        {
            above = tile.Length - (ownHere ? 1 : 0);
        }
        else
        {
            foreach (T score in tile)
            {
                above += score > threshold ? 1 : 0;
                tied += score == threshold ? 1 : 0;
            }

            tied -= ownHere ? 1 : 0;
        }

        _above[query] += above;
        _tied[query] += tied;
    }

    /// <inheritdoc/>
    public void Finish(int first, int count)
    {
    }
}
