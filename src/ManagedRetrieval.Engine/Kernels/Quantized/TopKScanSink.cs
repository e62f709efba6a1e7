using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Keeps each list's best rows of a scan, as <see cref="TopKSink{T}"/> does.</summary>
/// <remarks>
/// Where rows are cut into ranges, each range has lists of its own. What the worst of k rows of one range scores is a floor
/// for the others: a row below it is not among the k best of all. So a range may end with fewer rows than it has, which ones
/// depends on who was first, and what all ranges come to does not.
/// </remarks>
/// <param name="k">Entries of a list.</param>
/// <param name="scores">[ranges, lists, k]; written over.</param>
/// <param name="rows">[ranges, lists, k]; written over.</param>
/// <param name="sizes">[ranges, lists]; zeros at the start, then how many entries each list has.</param>
/// <param name="floors">[lists]; −∞ at the start.</param>
/// <param name="excluded">As <see cref="TopKSink{T}"/> takes them.</param>
/// <param name="offsets">Likewise.</param>
/// <param name="admitted">Likewise.</param>
internal readonly ref struct TopKScanSink(
    int k,
    Span<float> scores,
    Span<int> rows,
    Span<int> sizes,
    Span<float> floors,
    ReadOnlySpan<int> excluded,
    ReadOnlySpan<int> offsets,
    ReadOnlySpan<ulong> admitted) : IScanSink<float>
{
    private readonly TopKSink<float> _best = new(k, scores, rows, sizes, excluded, offsets, admitted);
    private readonly Span<float> _scores = scores;
    private readonly Span<int> _sizes = sizes;
    private readonly Span<float> _floors = floors;

    /// <inheritdoc/>
    public float Threshold(int query)
    {
        // A row as good as the floor may be one of the best yet; one as good as the list's own worst comes after it.
        float floor = Volatile.Read(ref _floors[query % _floors.Length]);
        return _sizes[query] < k ? floor : MathF.Max(floor, MathF.BitIncrement(_scores[query * k]));
    }

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<float> scores)
    {
        for (; reached != 0; reached &= reached - 1)
        {
            int row = BitOperations.TrailingZeroCount(reached);
            _best.Accept(query, firstRow + row, scores.Slice(row, 1));
        }

        if (_sizes[query] == k)
        {
            // Two ranges that raise it at once leave the lower of two floors, which is one too.
            ref float floor = ref _floors[query % _floors.Length];
            Volatile.Write(ref floor, MathF.Max(Volatile.Read(ref floor), _scores[query * k]));
        }
    }

    /// <summary>Sorts the entries of some lists, best first.</summary>
    public void Finish(int first, int count) => _best.Finish(first, count);
}
