namespace ManagedRetrieval.Data;

/// <summary>Finds the interactions of the k-core: the largest part in which every user and item has enough of them.</summary>
/// <remarks>Whatever is left out first, the same part remains, since an item that is short of interactions never gains any.</remarks>
internal static class KCoreFilter
{
    /// <summary>The rows that remain, ascending.</summary>
    public static int[] Rows(InteractionLog log, int minimumPerUser, int minimumPerItem)
    {
        ReadOnlySpan<int> users = log.UserColumn;
        ReadOnlySpan<int> items = log.ItemColumn;
        int[] perUser = new int[log.Users.Count];
        int[] perItem = new int[log.Items.Count];
        int[] rows = new int[log.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
            perUser[users[i]]++;
            perItem[items[i]]++;
        }

        int count;
        int kept = rows.Length;
        do
        {
            count = kept;
            kept = 0;
            foreach (int row in rows.AsSpan(0, count))
            {
                if (perUser[users[row]] >= minimumPerUser && perItem[items[row]] >= minimumPerItem)
                {
                    rows[kept++] = row;
                }
                else
                {
                    perUser[users[row]]--;
                    perItem[items[row]]--;
                }
            }
        }
        while (kept < count);
        return rows[..kept];
    }
}
