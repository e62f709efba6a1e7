using System.Globalization;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Data;

/// <summary>For groups of pairs, such as those of one user, which candidates they have.</summary>
/// <param name="Groups">For each pair its group.</param>
/// <param name="Positives">For each group the corpus rows of its pairs, ascending, none twice.</param>
internal sealed record KnownPairs(int[] Groups, RaggedIds Positives)
{
    /// <exception cref="ArgumentException">There is not one group for each pair, or one is negative.</exception>
    public static KnownPairs Of(ReadOnlySpan<int> groups, ReadOnlySpan<int> positives)
    {
        if (groups.Length != positives.Length)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"groups must be one for each of the {positives.Length} pairs, not {groups.Length}."), nameof(groups));
        }

        long[] keys = new long[groups.Length];
        int count = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            if (groups[i] < 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"groups must not be negative, but number {i} is {groups[i]}."), nameof(groups));
            }

            (keys[i], count) = (((long)groups[i] << 32) | (uint)positives[i], Math.Max(count, groups[i] + 1));
        }

        Array.Sort(keys);
        var rows = new RaggedIds(count, groups.Length);
        for (int group = 0, i = 0; group < count; group++)
        {
            for (; i < keys.Length && (int)(keys[i] >> 32) == group; i++)
            {
                if (i == 0 || keys[i] != keys[i - 1])
                {
                    rows.Append((int)keys[i]);
                }
            }

            rows.EndRow();
        }

        return new KnownPairs(groups.ToArray(), rows);
    }
}
