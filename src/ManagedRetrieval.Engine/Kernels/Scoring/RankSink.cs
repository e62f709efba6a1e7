using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Counts, for each positive of each query, the candidates that score above it and those that score the same.</summary>
/// <remarks>
/// Every candidate is counted, so that the pass looks nothing up: who does not compete (the positives themselves, rows
/// that are excluded) is taken off afterwards, by the same score made once more (<see cref="ScoreTiles.One"/>). A score of
/// NaN is neither above nor the same as anything; nothing is above or the same as a threshold of NaN.
/// </remarks>
/// <param name="offsets">[queries + 1]: where each query's positives start; a query may have none.</param>
/// <param name="thresholds">[positives]: the positives' scores, made by the same chain.</param>
/// <param name="above">[positives]; zeros at the start.</param>
/// <param name="tied">[positives]; zeros at the start; a positive ties with itself.</param>
/// <param name="scored">[queries]: how many scores came; zeros at the start.</param>
/// <param name="noNumbers">[queries]: how many of them are NaN; zeros at the start.</param>
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
        for (int positive = _offsets[query]; positive < _offsets[query + 1]; positive++)
        {
            (int above, int tied) = CountScores.Against(tile, _thresholds[positive]);
            _above[positive] += above;
            _tied[positive] += tied;
        }

        _scored[query] += tile.Length;
        _noNumbers[query] += CountScores.NaN(tile);
    }

    /// <inheritdoc/>
    public void Finish(int first, int count)
    {
    }
}
