using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Data;

/// <summary>Logs to test with.</summary>
internal static class Logs
{
    private static readonly string[] Header = ["user", "item", "time", "weight"];

    public static InteractionLog Of(params IReadOnlyList<(string User, string Item, long Time)> rows) => Read(
        [.. rows.Select(row => new object?[] { row.User, row.Item, row.Time, 1.0 })],
        new InteractionColumns { Time = "time" });

    public static InteractionLog Of(params IReadOnlyList<(string User, string Item)> rows) => Read(
        [.. rows.Select(row => new object?[] { row.User, row.Item, null, null })], new InteractionColumns());

    /// <summary>A log of few users, items and times, so that all of them repeat.</summary>
    public static InteractionLog Random(Draw draw)
    {
        object?[][] rows = new object?[draw.Length()][];
        int keys = draw.Between(1, 6);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = [(long)draw.Below(keys), (long)draw.Below(keys), (long)draw.Below(8), (double)i];
        }

        return Read(rows, new InteractionColumns
        {
            UserKeys = draw.OneOf(KeyKind.Text, KeyKind.Number),
            ItemKeys = draw.OneOf(KeyKind.Text, KeyKind.Number),
            Time = draw.Bool() ? "time" : null,
            Weight = "weight",
        });
    }

    public static InteractionLog Read(IReadOnlyList<object?[]> rows, InteractionColumns columns) =>
        InteractionLog.ReadAsync(new ListedRows(Header, rows), columns).GetAwaiter().GetResult().Log;

    /// <summary>Whether some logs together hold every row of a random log once; its weights number its rows.</summary>
    public static void AssertPartition(InteractionLog whole, params ReadOnlySpan<InteractionLog> parts)
    {
        var seen = new List<int>();
        foreach (InteractionLog part in parts)
        {
            int[] rows = RowsOf(part);
            Assert.Equal(rows.Order(), rows);
            Assert.Same(whole.Users, part.Users);
            Assert.Same(whole.Items, part.Items);
            for (int i = 0; i < rows.Length; i++)
            {
                Assert.Equal(Row(whole, rows[i]), Row(part, i));
            }

            seen.AddRange(rows);
        }

        Assert.Equal(Enumerable.Range(0, whole.Count), seen.Order());
    }

    /// <summary>The rows of a part in the random log it is of.</summary>
    public static int[] RowsOf(InteractionLog part) => [.. part.WeightColumn.ToArray().Select(weight => (int)weight)];

    public static (string User, string Item, long Time, float Weight) Row(InteractionLog log, int row) => (
        log.Users.Describe(log.UserColumn[row]),
        log.Items.Describe(log.ItemColumn[row]),
        log.HasTimes ? log.TimeColumn[row] : 0,
        log.HasWeights ? log.WeightColumn[row] : 0);

    public static IReadOnlyList<(string User, string Item, long Time, float Weight)> Rows(InteractionLog log) =>
        [.. Enumerable.Range(0, log.Count).Select(row => Row(log, row))];
}
