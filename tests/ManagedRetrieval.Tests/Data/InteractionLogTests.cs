using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Data;

public class InteractionLogTests
{
    private static readonly string[] Header = ["who", "what", "when", "stars"];
    private static readonly InteractionColumns All = new() { User = "who", Item = "what", Time = "when", Weight = "stars" };

    [Fact]
    public async Task A_log_holds_the_rows_of_its_source_in_their_order()
    {
        var source = new ListedRows(Header, [["ann", "x", 30L, 4.5], ["bob", "y", "20", "1e0"], ["ann", "y", 10.0, -2L]]);
        (InteractionLog log, SkippedRows skipped) = await InteractionLog.ReadAsync(source, All);
        Assert.Equal([("ann", "x", 30, 4.5f), ("bob", "y", 20, 1f), ("ann", "y", 10, -2f)], Logs.Rows(log));
        Assert.Equal(["ann", "bob"], log.Users.Texts);
        Assert.Equal([0, 1, 0], log.UserColumn.ToArray());
        Assert.Equal(1, log.Items.IndexOf("y"));
        Assert.Equal(-1, log.Items.IndexOf("z"));
        Assert.Equal(0, skipped.Count);
    }

    [Fact]
    public async Task Number_keys_are_the_numbers_and_text_keys_the_spelling()
    {
        var source = new ListedRows(["user", "item"], [["7", "7"], ["07", "07"], [7L, 7L]]);
        (InteractionLog log, _) = await InteractionLog.ReadAsync(source, new InteractionColumns { UserKeys = KeyKind.Number });
        Assert.Equal([7], log.Users.Numbers);
        Assert.Equal(["7", "07"], log.Items.Texts);
        Assert.Equal(0, log.Users.IndexOf(7));
        Assert.Equal(-1, log.Users.IndexOf(8));
        Assert.Throws<InvalidOperationException>(() => log.Users.Texts);
        Assert.Throws<InvalidOperationException>(() => log.Items.Numbers);
        Assert.Throws<InvalidOperationException>(() => log.Users.IndexOf("7"));
        Assert.Throws<InvalidOperationException>(() => log.Items.IndexOf(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Items.Describe(2));
    }

    [Fact]
    public async Task Dates_become_Unix_milliseconds_in_UTC()
    {
        var source = new ListedRows(Header, [["a", "x", "1970-01-02", 1.0], ["a", "x", "1970-01-01 00:00:01.5", 1.0], ["a", "x", "1970-01-01T02:00:00+02:00", 1.0]]);
        (InteractionLog log, _) = await InteractionLog.ReadAsync(source, new InteractionColumns { User = "who", Item = "what", Time = "when", TimeFormat = TimeFormat.Date });
        Assert.Equal([86_400_000, 1500, 0], log.TimeColumn.ToArray());
        await RefusedAsync([["a", "x", "yesterday", 1.0]], new InteractionColumns { User = "who", Item = "what", Time = "when", TimeFormat = TimeFormat.Date }, "row 1", "'yesterday'", "a date");
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_named_with_what_came_and_what_was_expected()
    {
        object?[] good = ["a", "x", 1L, 1.0];
        await RefusedAsync([good, [null, "x", 1L, 1.0]], All, "'rows'", "row 2", "column 'who' is empty", "a key");
        await RefusedAsync([good, ["a", null, 1L, 1.0]], All, "row 2", "column 'what' is empty");
        await RefusedAsync([good, ["a", new[] { "x" }, 1L, 1.0]], All, "row 2", "column 'what' is a list", "a key");
        await RefusedAsync([good, ["a", "x", "noon", 1.0]], All, "row 2", "column 'when' is 'noon'", "a whole number");
        await RefusedAsync([good, ["a", "x", 1.5, 1.0]], All, "row 2", "column 'when' is '1.5'", "a whole number");
        await RefusedAsync([good, ["a", "x", null, 1.0]], All, "row 2", "column 'when' is empty");
        await RefusedAsync([good, ["a", "x", 1L, "good"]], All, "row 2", "column 'stars' is 'good'", "a finite number");
        await RefusedAsync([good, ["a", "x", 1L, "1,5"]], All, "row 2", "'1,5'");
        await RefusedAsync([good, ["a", "x", 1L, double.NaN]], All, "row 2", "a finite number");
        await RefusedAsync([good, ["a", "x", 1L, 1e300]], All, "row 2", "a float");
        await RefusedAsync([good, ["a", "x", 1L, 1.0], ["a", "b", 1L, new string('w', 500)]], All, "row 3", "www…'");
        await RefusedAsync([], All, "'rows'", "there are no rows");
        await RefusedAsync([["a", "x", 1L, 1.0]], new InteractionColumns { User = "who", Item = "what", UserKeys = KeyKind.Number }, "column 'who' is 'a'", "a whole number");
    }

    [Fact]
    public async Task Bad_rows_are_left_out_and_counted_where_the_policy_says_so()
    {
        object?[][] rows = [["a", "x", 1L, 1.0], ["b", "y", "?", 1.0], [null, "z", 1L, 1.0], [new FormatException(), "", 1L, 1.0], ["c", "x", 2L, 2.0]];
        (InteractionLog log, SkippedRows skipped) = await InteractionLog.ReadAsync(new ListedRows(Header, rows, BadRowPolicy.Skip), All);
        Assert.Equal([("a", "x", 1, 1f), ("c", "x", 2, 2f)], Logs.Rows(log));
        Assert.Equal(["a", "c"], log.Users.Texts);
        Assert.Equal(["x"], log.Items.Texts);
        Assert.Equal(3, skipped.Count);
        Assert.Equal(3, skipped.FirstMessages.Count);
        Assert.Contains("row 2", skipped.FirstMessages[0], StringComparison.Ordinal);
        Assert.Contains("this row is broken", skipped.FirstMessages[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_of_bad_rows_alone_is_an_error_and_few_messages_are_kept()
    {
        object?[][] rows = [.. Enumerable.Range(0, 50).Select(i => new object?[] { null, $"{i}", 1L, 1.0 })];
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(new ListedRows(Header, rows, BadRowPolicy.Skip), All));
        Assert.Contains("all 50 rows were left out", refused.Message, StringComparison.Ordinal);
        Assert.Contains("row 1", refused.Message, StringComparison.Ordinal);
        object?[][] withOne = [.. rows, ["a", "x", 1L, 1.0]];
        (_, SkippedRows skipped) = await InteractionLog.ReadAsync(new ListedRows(Header, withOne, BadRowPolicy.Skip), All);
        Assert.Equal(50, skipped.Count);
        Assert.Equal(SkippedRows.KeptMessages, skipped.FirstMessages.Count);
    }

    [Fact]
    public async Task Progress_tells_rows_and_bytes()
    {
        var reports = new List<ReadProgress>();
        object?[][] rows = [.. Enumerable.Range(0, (1 << 16) + 5).Select(i => new object?[] { (long)(i % 100), (long)(i % 77), 1L, 1.0 })];
        await InteractionLog.ReadAsync(new ListedRows(Header, rows), All, new Immediate(reports.Add));
        Assert.Equal([new ReadProgress(1 << 16, 0, 10 << 16, 10 * rows.Length), new ReadProgress(rows.Length, 0, 10 * rows.Length, 10 * rows.Length)], reports);
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        object?[][] rows = [.. Enumerable.Range(0, 1 << 17).Select(_ => new object?[] { 1L, 1L, 1L, 1.0 })];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => InteractionLog.ReadAsync(new ListedRows(Header, rows), All, new Immediate(_ => source.Cancel()), source.Token));
    }

    [Fact]
    public async Task Columns_are_asked_for_once_each()
    {
        var source = new ListedRows(Header, []);
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => InteractionLog.ReadAsync(source, new InteractionColumns { User = "who", Item = "who" }));
        Assert.Contains("'who' is asked for twice", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await source.OpenAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await source.OpenAsync(["who", null!]));
    }

    [Fact]
    public void A_compacted_log_has_the_same_rows_and_only_keys_that_occur() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            InteractionLog part = log.Select([.. Enumerable.Range(0, log.Count).Where(_ => draw.Bool())]);
            InteractionLog compact = part.Compact();
            Assert.Equal(Logs.Rows(part), Logs.Rows(compact));
            Assert.Equal(part.UserColumn.ToArray().Distinct().Count(), compact.Users.Count);
            Assert.Equal(part.ItemColumn.ToArray().Distinct().Count(), compact.Items.Count);
            Assert.Equal(log.HasTimes, compact.HasTimes);
            Assert.True(compact.HasWeights);
        },
        size: 40);

    [Fact]
    public void Rows_to_select_must_be_of_the_log()
    {
        InteractionLog log = Logs.Of(("a", "x"), ("b", "y"));
        Refusal.Of<ArgumentException>(() => log.Select([0, 2]), "2 interactions", "number 1 is 2");
        Refusal.Of<ArgumentException>(() => log.Select([-1]), "number 0 is -1");
        Assert.Equal([("b", "y", 0, 0f), ("b", "y", 0, 0f), ("a", "x", 0, 0f)], Logs.Rows(log.Select([1, 1, 0])));
    }

    private static async Task RefusedAsync(object?[][] rows, InteractionColumns columns, params string[] words)
    {
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(new ListedRows(Header, rows), columns));
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }

    private sealed class Immediate(Action<ReadProgress> report) : IProgress<ReadProgress>
    {
        public void Report(ReadProgress value) => report(value);
    }
}
