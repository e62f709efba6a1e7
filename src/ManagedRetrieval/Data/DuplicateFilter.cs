namespace ManagedRetrieval.Data;

/// <summary>Finds one interaction of each pair of user and item.</summary>
internal static class DuplicateFilter
{
    /// <summary>The rows to keep, ascending.</summary>
    public static int[] Rows(InteractionLog log, bool last)
    {
        ReadOnlySpan<int> users = log.UserColumn;
        ReadOnlySpan<int> items = log.ItemColumn;
        ReadOnlySpan<long> times = log.TimeColumn;
        var kept = new Dictionary<(int User, int Item), int>();
        for (int i = 0; i < users.Length; i++)
        {
            (int, int) pair = (users[i], items[i]);
            if (!kept.TryGetValue(pair, out int other))
            {
                kept.Add(pair, i);
            }
            else if (last ? !log.HasTimes || times[i] >= times[other] : log.HasTimes && times[i] < times[other])
            {
                kept[pair] = i;
            }
        }

        int[] rows = [.. kept.Values];
        Array.Sort(rows);
        return rows;
    }
}
