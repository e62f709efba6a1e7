using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Counts, for each positive of each query, the candidates that score above it and those that score the same.</summary>
/// <remarks>
/// Every candidate is counted, so that the pass looks nothing up: who does not compete (the positives themselves, rows
/// that are excluded) is taken off afterwards, by the same score made once more (<see cref="ScoreTiles.One"/>). A score of
/// NaN is neither above nor the same as anything; nothing is above or the same as a threshold of NaN. Where candidates are
/// cut into ranges, queries count on from range to range, and each range has counts of its own.
/// </remarks>
/// <param name="offsets">[queries + 1]: where each query's positives start; a query may have none.</param>
/// <param name="thresholds">[positives]: the positives' scores, made by the same chain.</param>
/// <param name="above">[ranges, positives]; zeros at the start.</param>
/// <param name="tied">[ranges, positives]; zeros at the start; a positive ties with itself.</param>
/// <param name="scored">[ranges, queries]: how many scores came; zeros at the start.</param>
/// <param name="noNumbers">[ranges, queries]: how many of them are NaN; zeros at the start.</param>
internal readonly ref struct RankSink<T>(
    ReadOnlySpan<int> offsets, ReadOnlySpan<T> thresholds, Span<int> above, Span<int> tied, Span<int> scored, Span<int> noNumbers) : IScoreSink<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<int> _offsets = offsets;
    private readonly ReadOnlySpan<T> _thresholds = thresholds;
    private readonly Span<int> _above = above;
    private readonly Span<int> _tied = tied;
    private readonly Span<int> _scored = scored;
    private readonly Span<int> _noNumbers = noNumbers;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<T> tile)
    {
        (int range, int asked) = Math.DivRem(query, _offsets.Length - 1);
        int ofRange = range * _thresholds.Length;
        for (int positive = _offsets[asked]; positive < _offsets[asked + 1]; positive++)
        {
            (int above, int tied) = CountScores.Against(tile, _thresholds[positive]);
            _above[ofRange + positive] += above;
            _tied[ofRange + positive] += tied;
        }

        _scored[query] += tile.Length;
        _noNumbers[query] += CountScores.NaN(tile);
    }

    /// <inheritdoc/>
    public void Finish(int first, int count)
    {
    }
}
