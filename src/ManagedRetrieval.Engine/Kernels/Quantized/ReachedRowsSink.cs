using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Collects each list's rows that reach a score, in whatever order they come; of a list that has more than it may hold, nothing more is looked at.</summary>
/// <param name="most">How many rows a list may hold.</param>
/// <param name="rows">[lists, <paramref name="most"/>].</param>
/// <param name="counts">[lists]; zeros at the start, then how many rows each has, or more than <paramref name="most"/>.</param>
/// <param name="floors">[lists]: what a row has to reach.</param>
/// <param name="limits">What lists may hold.</param>
internal readonly ref struct ReachedRowsSink(int most, Span<int> rows, Span<int> counts, ReadOnlySpan<float> floors, ScanLimits limits) : IScanSink<float>
{
    private readonly Span<int> _rows = rows;
    private readonly Span<int> _counts = counts;
    private readonly ReadOnlySpan<float> _floors = floors;
    private readonly ScanLimits _limits = limits;

    /// <summary>Whether a list has more rows than it may hold.</summary>
    public bool IsOver(int query) => Volatile.Read(ref _counts[query]) > most;

    /// <inheritdoc/>
    /// <remarks>Nothing reaches NaN.</remarks>
    public float Threshold(int query) => IsOver(query) ? float.NaN : _floors[query];

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<float> scores)
    {
        ReadOnlySpan<int> excluded = _limits.ExcludedBy(query);
        for (; reached != 0; reached &= reached - 1)
        {
            int row = firstRow + BitOperations.TrailingZeroCount(reached);
            if (!_limits.Admits(row, excluded))
            {
                continue;
            }

            // Ranges of rows that are scanned at once share a list.
            int place = Interlocked.Increment(ref _counts[query]) - 1;
            if (place >= most)
            {
                return;
            }

            _rows[(query * most) + place] = row;
        }
    }
}
