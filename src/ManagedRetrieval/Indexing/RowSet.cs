using System.Numerics;

namespace ManagedRetrieval.Indexing;

/// <summary>Rows as bits, the lowest of a word first; what is left of the last word is 0.</summary>
internal static class RowSet
{
    /// <summary>Words for so many rows.</summary>
    public static int Words(int rows) => (int)(((long)rows + 63) / 64);

    /// <summary>Whether a row is in the set; an empty span is the set of all.</summary>
    public static bool Contains(ReadOnlySpan<ulong> set, int row) => set.IsEmpty || ((set[row >> 6] >> row) & 1) != 0;

    /// <summary>Makes the set of the rows whose identifiers a predicate holds for.</summary>
    public static void Fill<TId>(Span<ulong> set, IReadOnlyList<TId> identifiers, Func<TId, bool> predicate)
    {
        set.Clear();
        for (int row = 0; row < identifiers.Count; row++)
        {
            if (predicate(identifiers[row]))
            {
                set[row >> 6] |= 1UL << row;
            }
        }
    }

    /// <summary>How many rows are in the set.</summary>
    public static int Count(ReadOnlySpan<ulong> set)
    {
        int count = 0;
        foreach (ulong word in set)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>Appends the rows of a set, ascending, but for those of a list that ascends too.</summary>
    /// <param name="set">Empty for all.</param>
    /// <param name="count">The number of rows that there are.</param>
    /// <param name="except">Rows to leave out.</param>
    /// <param name="rows">Receives the rows.</param>
    public static void List(ReadOnlySpan<ulong> set, int count, ReadOnlySpan<int> except, List<int> rows)
    {
        for (int word = 0; word < Words(count); word++)
        {
            ulong left = set.IsEmpty ? ulong.MaxValue >> Math.Max(0, 64 - (count - (64 * word))) : set[word];
            for (; left != 0; left &= left - 1)
            {
                int row = (64 * word) + BitOperations.TrailingZeroCount(left);
                while (!except.IsEmpty && except[0] < row)
                {
                    except = except[1..];
                }

                if (except.IsEmpty || except[0] != row)
                {
                    rows.Add(row);
                }
            }
        }
    }
}
