using ManagedRetrieval.Checks;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Evaluation;

/// <summary>What a recommender is asked in an evaluation: for each query a user, the items that were held out, and the items that do not compete.</summary>
/// <remarks>
/// <para>
/// All items of the log compete, but for those of the user in earlier parts, which the user knows already. An item that
/// was held out is ranked even where it occurs in an earlier part. Positives do not compete with one another.
/// </para>
/// <para>Users and items are numbers in the log's keys. Immutable; any number of threads may read.</para>
/// </remarks>
public sealed class HeldOutInteractions
{
    private readonly int[] _users;

    /// <summary>Lists of excluded items; those of a user may serve several queries.</summary>
    private readonly RaggedIds _excluded;

    /// <summary>For each query its row in the lists.</summary>
    private readonly int[] _excludedRows;

    private HeldOutInteractions(InteractionLog log, int[] users, RaggedIds positives, RaggedIds excluded, int[] excludedRows)
    {
        (UserCount, ItemCount) = (log.Users.Count, log.Items.Count);
        (_users, Positives, _excluded, _excludedRows) = (users, positives, excluded, excludedRows);
    }

    /// <summary>The number of queries.</summary>
    public int Count => _users.Length;

    /// <summary>The number of users of the log, with and without a query.</summary>
    public int UserCount { get; }

    /// <summary>The number of items of the log, all of which are candidates.</summary>
    public int ItemCount { get; }

    /// <summary>For each query its user.</summary>
    public ReadOnlySpan<int> Users => _users;

    /// <summary>For each query the items that were held out, ascending, none twice. Must not be changed.</summary>
    public RaggedIds Positives { get; }

    /// <summary>One query for each user with a held-out interaction, by ascending user number; all the user's held-out items are its positives.</summary>
    /// <param name="heldOut">The part to measure on. Repeated pairs count once.</param>
    /// <param name="exclude">Earlier parts of the same log; what a user did there does not compete.</param>
    /// <remarks>Cost and memory are linear in the interactions.</remarks>
    /// <exception cref="ArgumentException">The parts are of different logs, or one is null.</exception>
    public static HeldOutInteractions ByUser(InteractionLog heldOut, params ReadOnlySpan<InteractionLog> exclude)
    {
        (RaggedIds held, RaggedIds known) = Lists(heldOut, exclude);
        int[] users = UsersOf(held);
        int[] rows = new int[users.Length];
        var positives = new RaggedIds(users.Length, held.Ids.Length);
        var excluded = new RaggedIds(users.Length);
        for (int query = 0; query < users.Length; query++)
        {
            rows[query] = query;
            positives.AppendRow(held[users[query]]);
            AppendWithout(excluded, known[users[query]], held[users[query]]);
        }

        return new HeldOutInteractions(heldOut, users, positives, excluded, rows);
    }

    /// <summary>One query for each held-out interaction, in the order of the log; its item is the one positive.</summary>
    /// <param name="heldOut">The part to measure on. Repeated pairs count each time; the user's other held-out items compete.</param>
    /// <param name="exclude">Earlier parts of the same log; what a user did there does not compete.</param>
    /// <remarks>
    /// Cost and memory are linear in the interactions, but that an interaction whose item occurs in the user's earlier
    /// parts takes a list of its own.
    /// </remarks>
    /// <exception cref="ArgumentException">The parts are of different logs, or one is null.</exception>
    public static HeldOutInteractions ByInteraction(InteractionLog heldOut, params ReadOnlySpan<InteractionLog> exclude)
    {
        (RaggedIds held, RaggedIds known) = Lists(heldOut, exclude);
        int[] rowOfUser = new int[heldOut.Users.Count];
        var excluded = new RaggedIds(rowOfUser.Length);
        foreach (int user in UsersOf(held))
        {
            rowOfUser[user] = excluded.Count;
            excluded.AppendRow(known[user]);
        }

        int[] rows = new int[heldOut.Count];
        var positives = new RaggedIds(rows.Length, rows.Length);
        for (int query = 0; query < rows.Length; query++)
        {
            (int user, int item) = (heldOut.UserColumn[query], heldOut.ItemColumn[query]);
            positives.Append(item);
            positives.EndRow();
            rows[query] = rowOfUser[user];
            if (known[user].BinarySearch(item) >= 0)
            {
                rows[query] = excluded.Count;
                AppendWithout(excluded, known[user], [item]);
            }
        }

        return new HeldOutInteractions(heldOut, heldOut.UserColumn.ToArray(), positives, excluded, rows);
    }

    /// <summary>The items that do not compete in one query, ascending, none twice and no positives.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<int> Excluded(int query)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(query, Count);
        return _excluded[_excludedRows[query]];
    }

    /// <summary>The items that do not compete, one list for each query, as ranking over embeddings takes them.</summary>
    /// <returns>A new batch. By interaction it repeats a user's list for each of the user's queries.</returns>
    public RaggedIds ExcludedLists()
    {
        var lists = new RaggedIds();
        lists.Gather(_excluded, _excludedRows);
        return lists;
    }

    private static (RaggedIds Held, RaggedIds Known) Lists(InteractionLog heldOut, ReadOnlySpan<InteractionLog> exclude)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        for (int part = 0; part < exclude.Length; part++)
        {
            if (exclude[part] is null)
            {
                throw Argument.HoldsNull(nameof(exclude), part);
            }

            if (!ReferenceEquals(exclude[part].Users, heldOut.Users) || !ReferenceEquals(exclude[part].Items, heldOut.Items))
            {
                throw new ArgumentException(
                    $"exclude must be parts of the log that heldOut is a part of, with the same keys, but number {part} has keys of its own.", nameof(exclude));
            }
        }

        return (ItemLists.ByUser([heldOut], heldOut.Users.Count), ItemLists.ByUser(exclude, heldOut.Users.Count));
    }

    private static int[] UsersOf(RaggedIds held)
    {
        var users = new List<int>();
        for (int user = 0; user < held.Count; user++)
        {
            if (!held[user].IsEmpty)
            {
                users.Add(user);
            }
        }

        return [.. users];
    }

    /// <summary>Adds a row of the numbers of one ascending list that are not in another.</summary>
    private static void AppendWithout(RaggedIds rows, ReadOnlySpan<int> ascending, ReadOnlySpan<int> without)
    {
        int next = 0;
        foreach (int item in ascending)
        {
            while (next < without.Length && without[next] < item)
            {
                next++;
            }

            if (next == without.Length || without[next] != item)
            {
                rows.Append(item);
            }
        }

        rows.EndRow();
    }
}
