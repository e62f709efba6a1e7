using ManagedRetrieval.Checks;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Data;

/// <summary>For groups of pairs, such as those of one user, which candidates they have.</summary>
internal sealed class KnownPairs(int[] groups, RaggedIds positives)
{
    /// <summary>For each pair its group, a row of the lists.</summary>
    public int[] Groups { get; } = groups;

    /// <summary>For each group the corpus rows of its pairs, ascending, none twice.</summary>
    public RaggedIds Positives { get; } = positives;

    /// <exception cref="ArgumentException">There is not one group for each pair, or one is negative.</exception>
    public static KnownPairs Of(ReadOnlySpan<int> groups, ReadOnlySpan<int> positives)
    {
        Argument.OneForEach(nameof(groups), groups.Length, positives.Length, "pairs");

        long[] keys = new long[groups.Length];
        int[] pairs = new int[groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            if (groups[i] < 0)
            {
                throw new ArgumentException(FormattableString.Invariant($"groups must not be negative, but number {i} is {groups[i]}."), nameof(groups));
            }

            (keys[i], pairs[i]) = (((long)groups[i] << 32) | (uint)positives[i], i);
        }

        // Groups are numbered anew, without gaps: a single user's hash as a number would else make lists for billions.
        Array.Sort(keys, pairs);
        int[] numbers = new int[groups.Length];
        var rows = new RaggedIds(idCapacity: groups.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            if (i > 0 && keys[i] >> 32 != keys[i - 1] >> 32)
            {
                rows.EndRow();
            }

            if (i == 0 || keys[i] != keys[i - 1])
            {
                rows.Append((int)keys[i]);
            }

            numbers[pairs[i]] = rows.Count;
        }

        rows.EndRow();
        return new KnownPairs(numbers, rows);
    }
}
