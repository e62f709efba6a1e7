using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Evaluation;

/// <summary>Finds each item's most similar items, from one row of the co-occurrence matrix at a time.</summary>
/// <remarks>
/// A neighbour is one word that sorts by descending similarity and then by ascending item: the complement of the bits of
/// the similarity, which is positive, above the item's number.
/// </remarks>
internal readonly struct NeighbourSearch : IParallelJob
{
    /// <summary>Items that share a row of counts, which is cleared once for all of them.</summary>
    private const int ItemsPerPart = 64;

    private readonly RaggedIds _histories;
    private readonly int[] _users;
    private readonly int[] _userOffsets;
    private readonly int _kept;
    private readonly Partition _parts;
    private readonly ulong[][] _neighbours;
    private readonly CancellationToken _cancellationToken;

    private NeighbourSearch(RaggedIds histories, int items, int kept, CancellationToken cancellationToken)
    {
        (_histories, _kept, _cancellationToken) = (histories, kept, cancellationToken);
        (_users, _userOffsets) = ItemLists.Transpose(histories, items);
        _parts = Partition.BySize(items, ItemsPerPart);
        _neighbours = new ulong[items][];
    }

    /// <summary>For each item its neighbours, the most similar first.</summary>
    /// <param name="histories">For each user its items, none twice.</param>
    /// <param name="items">The number of items.</param>
    /// <param name="kept">How many neighbours an item has at most; at least 1.</param>
    /// <param name="team">Shares out the items.</param>
    /// <param name="cancellationToken">Stops between items.</param>
    public static ulong[][] Of(RaggedIds histories, int items, int kept, WorkerTeam team, CancellationToken cancellationToken)
    {
        var search = new NeighbourSearch(histories, items, kept, cancellationToken);
        team.Run(search, search._parts.Parts);
        return search._neighbours;
    }

    /// <summary>The item of a neighbour.</summary>
    public static int ItemOf(ulong neighbour) => (int)(uint)neighbour;

    /// <summary>The similarity of a neighbour.</summary>
    public static float SimilarityOf(ulong neighbour) => BitConverter.UInt32BitsToSingle(~(uint)(neighbour >> 32));

    /// <inheritdoc/>
    public void Run(int part)
    {
        (int start, int count) = _parts[part];
        int items = _neighbours.Length;
        using var countScratch = new Scratch<int>(items);
        using var metScratch = new Scratch<int>(items);
        using var bestScratch = new Scratch<ulong>((int)Math.Min(2L * _kept, items));
        countScratch.Span.Clear();
        for (int item = start; item < start + count; item++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Span<int> met = metScratch.Span[..Count(item, countScratch.Span, metScratch.Span)];
            _neighbours[item] = Best(item, countScratch.Span, met, bestScratch.Span);
            foreach (int other in met)
            {
                countScratch.Span[other] = 0;
            }
        }
    }

    /// <summary>Counts the users that an item has in common with each other item.</summary>
    /// <returns>The number of items with a common user, which are listed.</returns>
    private int Count(int item, Span<int> common, Span<int> met)
    {
        int others = 0;
        foreach (int user in _users.AsSpan(_userOffsets[item].._userOffsets[item + 1]))
        {
            foreach (int other in _histories[user])
            {
                if (common[other]++ == 0)
                {
                    met[others++] = other;
                }
            }
        }

        return others;
    }

    private ulong[] Best(int item, ReadOnlySpan<int> common, ReadOnlySpan<int> met, Span<ulong> best)
    {
        (int found, ulong last) = (0, ulong.MaxValue);
        foreach (int other in met)
        {
            ulong neighbour = Neighbour(item, other, common[other]);
            if (other == item || neighbour >= last)
            {
                continue;
            }

            // There is room for all of them, or for twice as many as are kept: the worse half goes, now and then.
            if (found == best.Length)
            {
                best.Sort();
                found = _kept;
                last = best[_kept - 1];
                if (neighbour >= last)
                {
                    continue;
                }
            }

            best[found++] = neighbour;
        }

        best = best[..found];
        best.Sort();
        return best[..Math.Min(found, _kept)].ToArray();
    }

    private ulong Neighbour(int item, int other, int common)
    {
        // Squares and products of counts are exact, quotient and root are correctly rounded: equal cosines are equal numbers.
        double squared = (double)common * common / ((double)UserCount(item) * UserCount(other));
        return ((ulong)~BitConverter.SingleToUInt32Bits((float)Math.Sqrt(squared)) << 32) | (uint)other;
    }

    private int UserCount(int item) => _userOffsets[item + 1] - _userOffsets[item];
}
