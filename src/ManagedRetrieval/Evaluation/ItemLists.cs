using ManagedRetrieval.Data;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Evaluation;

/// <summary>Logs as lists: the items of each user, the users of each item.</summary>
internal static class ItemLists
{
    /// <summary>For each user number the items that it occurs with in any of the logs: ascending, each once.</summary>
    /// <remarks>Cost: linear in the interactions, and a sort of each user's own.</remarks>
    /// <param name="logs">Logs with the same keys.</param>
    /// <param name="users">The number of users.</param>
    public static RaggedIds ByUser(ReadOnlySpan<InteractionLog> logs, int users)
    {
        int[] next = new int[users + 1];
        foreach (InteractionLog log in logs)
        {
            foreach (int user in log.UserColumn)
            {
                next[user + 1]++;
            }
        }

        for (int user = 0; user < users; user++)
        {
            next[user + 1] = checked(next[user + 1] + next[user]);
        }

        int[] items = new int[next[users]];
        foreach (InteractionLog log in logs)
        {
            ReadOnlySpan<int> userColumn = log.UserColumn;
            for (int i = 0; i < userColumn.Length; i++)
            {
                items[next[userColumn[i]]++] = log.ItemColumn[i];
            }
        }

        // What was the start of a user's items is now their end.
        var lists = new RaggedIds(users, items.Length);
        for (int user = 0; user < users; user++)
        {
            lists.AppendRow(Distinct(items.AsSpan((user == 0 ? 0 : next[user - 1])..next[user])));
        }

        return lists;
    }

    /// <summary>The other way round: for each item the rows whose lists name it, ascending.</summary>
    /// <param name="lists">Each item at most once in a row.</param>
    /// <param name="items">The number of items.</param>
    /// <returns>The rows, one item's after the other's, and where each item's start, then their number.</returns>
    public static (int[] Rows, int[] Offsets) Transpose(RaggedIds lists, int items)
    {
        int[] offsets = new int[items + 2];
        foreach (int item in lists.Ids.Span)
        {
            offsets[item + 2]++;
        }

        for (int item = 0; item < items; item++)
        {
            offsets[item + 2] += offsets[item + 1];
        }

        int[] rows = new int[lists.Ids.Length];
        for (int row = 0; row < lists.Count; row++)
        {
            foreach (int item in lists[row])
            {
                rows[offsets[item + 1]++] = row;
            }
        }

        return (rows, offsets[..^1]);
    }

    /// <summary>Sorts numbers in place and gives those that differ, at the beginning.</summary>
    private static Span<int> Distinct(Span<int> numbers)
    {
        numbers.Sort();
        int kept = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            if (i == 0 || numbers[i] != numbers[i - 1])
            {
                numbers[kept++] = numbers[i];
            }
        }

        return numbers[..kept];
    }
}
