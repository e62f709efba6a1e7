using ManagedRetrieval.Features;

namespace ManagedRetrieval.Data;

/// <summary>What users did with items: one row for each interaction, in the order of the source.</summary>
/// <remarks>
/// Keys are kept once and named by their numbers, so an interaction takes 8 bytes, with a time 8 more and with a weight
/// 4 more. While a log is read it takes up to one column more. Immutable; what is selected from a log shares its keys,
/// so that numbers mean the same in all parts of a split.
/// </remarks>
public sealed class InteractionLog
{
    private readonly int[] _users;
    private readonly int[] _items;
    private readonly long[] _times;
    private readonly float[] _weights;

    internal InteractionLog(KeyIndex users, KeyIndex items, int[] userColumn, int[] itemColumn, long[]? times, float[]? weights, RaggedIds? negatives = null)
    {
        Negatives = negatives;
        (Users, Items, HasTimes, HasWeights) = (users, items, times is not null, weights is not null);
        (_users, _items, _times, _weights) = (userColumn, itemColumn, times ?? [], weights ?? []);
    }

    private InteractionLog(InteractionLog whole, ReadOnlySpan<int> rows)
    {
        (Users, Items, HasTimes, HasWeights) = (whole.Users, whole.Items, whole.HasTimes, whole.HasWeights);
        _users = Pick(whole._users, rows);
        _items = Pick(whole._items, rows);
        _times = HasTimes ? Pick(whole._times, rows) : [];
        _weights = HasWeights ? Pick(whole._weights, rows) : [];
        if (whole.Negatives is { } negatives)
        {
            Negatives = new RaggedIds();
            Negatives.Gather(negatives, rows);
        }
    }

    /// <summary>The number of interactions.</summary>
    public int Count => _users.Length;

    /// <summary>The users' keys. There may be users without an interaction in this log, where it is a part of another.</summary>
    public KeyIndex Users { get; }

    /// <summary>The items' keys. There may be items without an interaction in this log, where it is a part of another.</summary>
    public KeyIndex Items { get; }

    /// <summary>Whether interactions have a time.</summary>
    public bool HasTimes { get; }

    /// <summary>Whether interactions have a weight.</summary>
    public bool HasWeights { get; }

    /// <summary>For each interaction the number of its user in <see cref="Users"/>.</summary>
    public ReadOnlySpan<int> UserColumn => _users;

    /// <summary>For each interaction the number of its item in <see cref="Items"/>.</summary>
    public ReadOnlySpan<int> ItemColumn => _items;

    /// <summary>For each interaction its time; empty where there are none.</summary>
    public ReadOnlySpan<long> TimeColumn => _times;

    /// <summary>For each interaction its weight; empty where there are none.</summary>
    public ReadOnlySpan<float> WeightColumn => _weights;

    /// <summary>For each interaction the numbers of items that are known to be wrong for its user; null where there are none. Must not be changed.</summary>
    public RaggedIds? Negatives { get; }

    /// <summary>Reads a log.</summary>
    /// <param name="source">Where the interactions come from.</param>
    /// <param name="columns">Which columns hold what; null for "user" and "item" alone, as texts.</param>
    /// <param name="progress">Told every 65,536 rows and at the end.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The log, and the rows that were left out where the source's policy allows it.</returns>
    /// <exception cref="ArgumentException">Two of the columns are one.</exception>
    /// <exception cref="DataFormatException">
    /// A column is not there; a row has no key, or a number that cannot be read; there are no rows, or more than an int
    /// can count.
    /// </exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<(InteractionLog Log, SkippedRows Skipped)> ReadAsync(
        RowSource source, InteractionColumns? columns = null, IProgress<ReadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        columns ??= new InteractionColumns();
        var builder = new InteractionLogBuilder(columns);
        SkippedRows skipped = await builder.AddAsync(source, progress, cancellationToken).ConfigureAwait(false);
        return (builder.Build(), skipped);
    }

    /// <summary>The log of some of the interactions, in the order given, with the same keys.</summary>
    /// <param name="rows">Numbers of interactions.</param>
    /// <exception cref="ArgumentException">A row is not of this log.</exception>
    public InteractionLog Select(ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if ((uint)rows[i] >= (uint)Count)
            {
                throw new ArgumentException($"rows must be numbers of the log's {Count} interactions, but number {i} is {rows[i]}.", nameof(rows));
            }
        }

        return new InteractionLog(this, rows);
    }

    /// <summary>The interactions of this log, then those of another part of the same log.</summary>
    /// <param name="other">With the same keys.</param>
    /// <exception cref="ArgumentException">The other log has keys of its own.</exception>
    public InteractionLog Concat(InteractionLog other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(other.Users, Users) || !ReferenceEquals(other.Items, Items))
        {
            throw new ArgumentException("other must be a part of the log that this is a part of, with the same keys.", nameof(other));
        }

        RaggedIds? negatives = Negatives is null ? null : new RaggedIds();
        for (int i = 0; negatives is not null && i < Count + other.Count; i++)
        {
            negatives.AppendRow(i < Count ? Negatives![i] : other.Negatives![i - Count]);
        }

        return new InteractionLog(
            Users, Items, [.. _users, .. other._users], [.. _items, .. other._items], HasTimes ? [.. _times, .. other._times] : null, HasWeights ? [.. _weights, .. other._weights] : null, negatives);
    }

    /// <summary>The same interactions with keys of their own: those that occur, numbered by first appearance.</summary>
    public InteractionLog Compact()
    {
        (KeyIndex users, int[] userColumn) = Renumber(Users, _users);
        (KeyIndex items, int[] itemColumn) = Renumber(Items, _items);
        return new InteractionLog(users, items, userColumn, itemColumn, HasTimes ? _times : null, HasWeights ? _weights : null, Negatives is null ? null : Renumber(Negatives, items));
    }

    /// <summary>Leaves out interactions until every user and every item that remains has enough of them (the k-core).</summary>
    /// <param name="minimumPerUser">The fewest interactions of a user that is kept.</param>
    /// <param name="minimumPerItem">The fewest interactions of an item that is kept.</param>
    /// <returns>The largest such part, compacted; it may be empty.</returns>
    /// <remarks>Repeated pairs count each time; take them out before with <see cref="Deduplicate"/> where they should not.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A minimum is negative.</exception>
    public InteractionLog KCore(int minimumPerUser, int minimumPerItem)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minimumPerUser);
        ArgumentOutOfRangeException.ThrowIfNegative(minimumPerItem);
        return Select(KCoreFilter.Rows(this, minimumPerUser, minimumPerItem)).Compact();
    }

    /// <summary>Keeps one interaction of each pair of user and item, or all.</summary>
    /// <param name="policy">Which one. The order is that of time, then of rows; of rows alone where there are no times.</param>
    /// <returns>The interactions that are kept, in the order of rows.</returns>
    public InteractionLog Deduplicate(DuplicatePolicy policy) =>
        policy == DuplicatePolicy.KeepAll ? this : Select(DuplicateFilter.Rows(this, policy == DuplicatePolicy.KeepLast));

    private static T[] Pick<T>(T[] column, ReadOnlySpan<int> rows)
    {
        var picked = new T[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            picked[i] = column[rows[i]];
        }

        return picked;
    }

    /// <summary>Negatives by other keys; those that never occur otherwise get one too.</summary>
    private RaggedIds Renumber(RaggedIds negatives, KeyIndex items)
    {
        var renumbered = new RaggedIds(negatives.Count, negatives.Ids.Length);
        for (int i = 0; i < negatives.Count; i++)
        {
            foreach (int item in negatives[i])
            {
                renumbered.Append(items.Add(Items, item));
            }

            renumbered.EndRow();
        }

        return renumbered;
    }

    private static (KeyIndex Keys, int[] Column) Renumber(KeyIndex keys, int[] column)
    {
        var kept = new KeyIndex(keys.Kind);
        int[] numbers = new int[keys.Count];
        int[] renumbered = new int[column.Length];
        for (int i = 0; i < column.Length; i++)
        {
            // 0 stands for a key that was not met yet.
            ref int number = ref numbers[column[i]];
            if (number == 0)
            {
                number = kept.Add(keys, column[i]) + 1;
            }

            renumbered[i] = number - 1;
        }

        return (kept, renumbered);
    }
}
