using ManagedRetrieval.Data;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Benchmarks.Training;

/// <summary>The items of each user of a part.</summary>
internal static class ItemsOfUsers
{
    /// <summary>For each user the numbers of the items, in the order of rows; empty for a user who is not in the part.</summary>
    public static RaggedIds Of(InteractionLog part)
    {
        int[] starts = new int[part.Users.Count + 1];
        foreach (int user in part.UserColumn)
        {
            starts[user + 1]++;
        }

        for (int user = 0; user < part.Users.Count; user++)
        {
            starts[user + 1] += starts[user];
        }

        int[] ends = starts[..^1], items = new int[part.Count];
        for (int i = 0; i < part.Count; i++)
        {
            items[ends[part.UserColumn[i]]++] = part.ItemColumn[i];
        }

        var lists = new RaggedIds(part.Users.Count, part.Count);
        for (int user = 0; user < part.Users.Count; user++)
        {
            lists.AppendRow(items.AsSpan(starts[user]..starts[user + 1]));
        }

        return lists;
    }
}
