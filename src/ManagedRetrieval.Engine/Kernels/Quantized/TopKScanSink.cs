using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Keeps each list's best rows of a scan: highest score first, among equal scores the lowest row first.</summary>
/// <remarks>
/// Where rows are cut into ranges, each range has lists of its own. What the worst of k rows of one range scores is a floor
/// for the others: a row below it is not among the k best of all. So a range may end with fewer rows than it has, which ones
/// depends on who was first, and what all ranges come to does not. Rows of a range ascend, so that one which only equals the worst
/// of k before it is not among the best: where many rows tie, no more than those before the tie was noticed are looked at.
/// No score may be NaN.
/// </remarks>
/// <param name="k">Entries of a list.</param>
/// <param name="room">[ranges, lists, <see cref="GreatestKeys.Room"/> of k]; written over.</param>
/// <param name="counts">[ranges, lists]; zeros at the start, then how many keys each list holds.</param>
/// <param name="least">[ranges, lists]; zeros at the start.</param>
/// <param name="floors">[lists]; −∞ at the start.</param>
/// <param name="next">[ranges, lists]: what a later row of the same range has to reach; −∞ at the start.</param>
/// <param name="limits">What lists may hold.</param>
internal readonly ref struct TopKScanSink(
    int k,
    Span<ulong> room,
    Span<int> counts,
    Span<ulong> least,
    Span<float> floors,
    Span<float> next,
    ScanLimits limits) : IScanSink<float>
{
    private readonly int _length = GreatestKeys.Room(k);
    private readonly Span<ulong> _room = room;
    private readonly Span<int> _counts = counts;
    private readonly Span<ulong> _least = least;
    private readonly Span<float> _floors = floors;
    private readonly Span<float> _next = next;
    private readonly ScanLimits _limits = limits;

    /// <inheritdoc/>
    /// <remarks>A row as good as the floor of another range may be one of the best yet.</remarks>
    public float Threshold(int query) => MathF.Max(Volatile.Read(ref _floors[query % _floors.Length]), _next[query]);

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<float> scores)
    {
        GreatestKeys keys = KeysOf(query);
        ulong before = keys.Least;
        ReadOnlySpan<int> excluded = _limits.ExcludedBy(query);
        for (; reached != 0; reached &= reached - 1)
        {
            int i = BitOperations.TrailingZeroCount(reached), row = firstRow + i;

            // 0 added, −0 becomes 0, which it equals.
            ulong key = ScoreKeys.Of(ScoreKeys.Order(scores[i] + 0f), row);
            if (key >= keys.Least && _limits.Admits(row, excluded))
            {
                keys.Add(key);
            }
        }

        _counts[query] = keys.Count;
        if (keys.Least != before)
        {
            float worst = ScoreKeys.Value(ScoreKeys.Score(keys.Least));
            (_least[query], _next[query]) = (keys.Least, MathF.BitIncrement(worst));

            // Two ranges that raise it at once leave the lower of two floors, which is one too.
            ref float floor = ref _floors[query % _floors.Length];
            Volatile.Write(ref floor, MathF.Max(Volatile.Read(ref floor), worst));
        }
    }

    /// <summary>Writes a list, best first, and returns how many entries it has.</summary>
    /// <param name="query">Which.</param>
    /// <param name="scores">[k].</param>
    /// <param name="rows">[k].</param>
    public int Finish(int query, Span<float> scores, Span<int> rows)
    {
        Span<ulong> keys = KeysOf(query).FinishSorted();
        for (int i = 0; i < keys.Length; i++)
        {
            (scores[i], rows[i]) = (ScoreKeys.Value(ScoreKeys.Score(keys[i])), ScoreKeys.Place(keys[i]));
        }

        return keys.Length;
    }

    private GreatestKeys KeysOf(int query) => GreatestKeys.Resume(_room.Slice(query * _length, _length), k, _counts[query], _least[query]);
}
