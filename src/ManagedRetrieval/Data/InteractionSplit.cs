using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Data;

/// <summary>A log cut into parts to learn from, to choose by and to measure on. Every interaction is in one part.</summary>
/// <remarks>
/// The parts share the log's keys and keep the order of its rows; a part may be empty. A user or item of one part need not
/// occur in another. The same log, arguments and seed give the same parts.
/// </remarks>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To choose settings by.</param>
/// <param name="Test">To measure on at the end.</param>
public sealed record InteractionSplit(InteractionLog Train, InteractionLog Validation, InteractionLog Test)
{
    private const ulong SplitStream = 0x5B117;

    private enum Part : byte
    {
        Train,
        Validation,
        Test,
    }

    /// <summary>Cuts at random: a share of all interactions, rounded to a whole number, goes to each part.</summary>
    /// <param name="log">What is cut.</param>
    /// <param name="validationShare">From 0 to 1.</param>
    /// <param name="testShare">From 0 to 1, and with the other share no more than 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share, or both together, is outside its range.</exception>
    public static InteractionSplit Random(InteractionLog log, double validationShare, double testShare, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(log);
        CheckShares(validationShare, testShare);
        int[] order = Enumerate(log.Count);
        new CounterRandom(seed, SplitStream).Shuffle<int>(order);
        return CutTail(log, order, validationShare, testShare);
    }

    /// <summary>Cuts at points of time.</summary>
    /// <param name="log">What is cut.</param>
    /// <param name="validationFrom">The first time of the validation part, in the log's unit; the same as <paramref name="testFrom"/> for no such part.</param>
    /// <param name="testFrom">The first time of the test part.</param>
    /// <exception cref="ArgumentException">The log has no times.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="validationFrom"/> is after <paramref name="testFrom"/>.</exception>
    public static InteractionSplit ByTime(InteractionLog log, long validationFrom, long testFrom)
    {
        ArgumentNullException.ThrowIfNull(log);
        RequireTimes(log);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(validationFrom, testFrom);
        var parts = new Part[log.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            long time = log.TimeColumn[i];
            parts[i] = time >= testFrom ? Part.Test : time >= validationFrom ? Part.Validation : Part.Train;
        }

        return Cut(log, parts);
    }

    /// <summary>Cuts by time: the latest share of all interactions goes to the test part, the share before it to validation.</summary>
    /// <param name="log">What is cut. Interactions of one time are in the order of rows, and may so come into two parts.</param>
    /// <param name="validationShare">From 0 to 1.</param>
    /// <param name="testShare">From 0 to 1, and with the other share no more than 1.</param>
    /// <exception cref="ArgumentException">The log has no times.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share, or both together, is outside its range.</exception>
    public static InteractionSplit Latest(InteractionLog log, double validationShare, double testShare)
    {
        ArgumentNullException.ThrowIfNull(log);
        RequireTimes(log);
        CheckShares(validationShare, testShare);
        int[] order = Enumerate(log.Count);
        long[] times = log.TimeColumn.ToArray();
        Array.Sort(order, (x, y) => times[x] != times[y] ? times[x].CompareTo(times[y]) : x.CompareTo(y));
        return CutTail(log, order, validationShare, testShare);
    }

    /// <summary>Cuts off each user's last interaction for the test part, and the one before it for validation.</summary>
    /// <remarks>
    /// A user's interactions are in the order of time, then of rows; of rows alone where the log has no times. Users with
    /// fewer than 3 interactions stay whole in the training part, since nothing of them would be left there.
    /// </remarks>
    /// <param name="log">What is cut.</param>
    public static InteractionSplit LeaveLastOut(InteractionLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        const int Fewest = 3;
        int[] counts = new int[log.Users.Count];
        int[] last = new int[log.Users.Count];
        int[] secondLast = new int[log.Users.Count];
        for (int i = 0; i < log.Count; i++)
        {
            int user = log.UserColumn[i];
            int found = counts[user]++;
            if (found == 0 || !IsBefore(log, i, last[user]))
            {
                secondLast[user] = last[user];
                last[user] = i;
            }
            else if (found == 1 || !IsBefore(log, i, secondLast[user]))
            {
                secondLast[user] = i;
            }
        }

        var parts = new Part[log.Count];
        for (int user = 0; user < counts.Length; user++)
        {
            if (counts[user] >= Fewest)
            {
                parts[last[user]] = Part.Test;
                parts[secondLast[user]] = Part.Validation;
            }
        }

        return Cut(log, parts);
    }

    /// <summary>Reads a split that others made. A key is one and the same in all its files.</summary>
    /// <param name="train">The interactions to learn from.</param>
    /// <param name="validation">Those to choose by; null for none.</param>
    /// <param name="test">Those to measure on.</param>
    /// <param name="columns">Which columns hold what; null for "user" and "item" alone, as texts.</param>
    /// <param name="progress">Told every 65,536 rows of a file and at its end.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The split, and for each file the rows that were left out.</returns>
    /// <exception cref="DataFormatException">As for <see cref="InteractionLog.ReadAsync"/>.</exception>
    /// <exception cref="IOException">A source cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<(InteractionSplit Split, IReadOnlyList<SkippedRows> Skipped)> ReadAsync(
        RowSource train,
        RowSource? validation,
        RowSource test,
        InteractionColumns? columns = null,
        IProgress<ReadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        columns ??= new InteractionColumns();
        var builder = new InteractionLogBuilder(columns);
        var skipped = new List<SkippedRows>();
        async Task<InteractionLog> Read(RowSource source)
        {
            skipped.Add(await builder.AddAsync(source, progress, cancellationToken).ConfigureAwait(false));
            return builder.Build();
        }

        InteractionLog first = await Read(train).ConfigureAwait(false);
        InteractionLog second = validation is null ? first.Select([]) : await Read(validation).ConfigureAwait(false);
        return (new InteractionSplit(first, second, await Read(test).ConfigureAwait(false)), skipped);
    }

    private static bool IsBefore(InteractionLog log, int row, int other) => log.HasTimes && log.TimeColumn[row] < log.TimeColumn[other];

    private static int[] Enumerate(int count)
    {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = i;
        }

        return rows;
    }

    private static InteractionSplit CutTail(InteractionLog log, int[] order, double validationShare, double testShare)
    {
        int test = Share(log.Count, testShare);
        int validation = Math.Min(Share(log.Count, validationShare), log.Count - test);
        var parts = new Part[log.Count];
        for (int i = 1; i <= test + validation; i++)
        {
            parts[order[^i]] = i <= test ? Part.Test : Part.Validation;
        }

        return Cut(log, parts);
    }

    private static int Share(int count, double share) => (int)Math.Round(count * share, MidpointRounding.AwayFromZero);

    private static InteractionSplit Cut(InteractionLog log, Part[] parts)
    {
        InteractionLog Select(Part wanted)
        {
            var rows = new List<int>();
            for (int i = 0; i < parts.Length; i++)
            {
                if (parts[i] == wanted)
                {
                    rows.Add(i);
                }
            }

            return log.Select(CollectionsMarshal.AsSpan(rows));
        }

        return new InteractionSplit(Select(Part.Train), Select(Part.Validation), Select(Part.Test));
    }

    private static void RequireTimes(InteractionLog log)
    {
        if (!log.HasTimes)
        {
            throw new ArgumentException("The log has no times; name their column when it is read.", nameof(log));
        }
    }

    private static void CheckShares(double validationShare, double testShare)
    {
        CheckShare(validationShare, nameof(validationShare));
        CheckShare(testShare, nameof(testShare));
        CheckShare(validationShare + testShare, nameof(testShare));
    }

    private static void CheckShare(double share, string argument)
    {
        // NaN fails every comparison, so the check is for what is right.
        if (!(share is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(argument, share, "A share, and both together, must be from 0 to 1.");
        }
    }
}
