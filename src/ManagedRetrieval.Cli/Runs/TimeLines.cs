using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What each user did in some parts of a log, in the order of time, then of parts and rows.</summary>
internal sealed class TimeLines
{
    private readonly int[][] _items;
    private readonly long[][] _times;
    private readonly KeyIndex _keys;

    public TimeLines(params ReadOnlySpan<InteractionLog> parts)
    {
        _keys = parts[0].Items;
        var events = new List<(long Time, int Item)>[parts[0].Users.Count];
        foreach (InteractionLog part in parts)
        {
            for (int i = 0; i < part.Count; i++)
            {
                (events[part.UserColumn[i]] ??= []).Add((part.HasTimes ? part.TimeColumn[i] : 0, part.ItemColumn[i]));
            }
        }

        _items = new int[events.Length][];
        _times = new long[events.Length][];
        for (int user = 0; user < events.Length; user++)
        {
            // OrderBy is stable, Sort is not.
            (long Time, int Item)[] ordered = events[user] is { } own ? [.. own.OrderBy(entry => entry.Time)] : [];
            (_items[user], _times[user]) = (Array.ConvertAll(ordered, entry => entry.Item), Array.ConvertAll(ordered, entry => entry.Time));
        }
    }

    /// <summary>All that a user did.</summary>
    public History All(int user) => new(_items[user], _items[user].Length, _keys);

    /// <summary>What a user did up to a time.</summary>
    public History Until(int user, long time)
    {
        int count = 0;
        while (count < _times[user].Length && _times[user][count] <= time)
        {
            count++;
        }

        return new(_items[user], count, _keys);
    }

    /// <summary>For each interaction of a part that these lines were made of alone, how many its user had before it.</summary>
    public static int[] Positions(InteractionLog part)
    {
        int[] order = new int[part.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (part.HasTimes)
        {
            long[] times = part.TimeColumn.ToArray();
            Array.Sort(order, (x, y) => times[x] != times[y] ? times[x].CompareTo(times[y]) : x.CompareTo(y));
        }

        int[] seen = new int[part.Users.Count];
        int[] positions = new int[part.Count];
        foreach (int row in order)
        {
            positions[row] = seen[part.UserColumn[row]]++;
        }

        return positions;
    }

    /// <summary>The first items of a user's line.</summary>
    public History First(int user, int count) => new(_items[user], count, _keys);
}
