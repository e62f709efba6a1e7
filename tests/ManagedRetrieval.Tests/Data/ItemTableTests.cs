using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Data;

public class ItemTableTests
{
    private static readonly string[] Header = ["id", "title", "year", "genres"];
    private static readonly ItemAttribute[] All = [ItemAttribute.Text("title"), ItemAttribute.Number("year"), ItemAttribute.List("genres", '|')];

    [Fact]
    public async Task Attributes_stand_in_columns_by_row()
    {
        var source = new ListedRows(Header, [["7", "Up", "2009", "Animation|Adventure"], [8L, null, null, null], ["9", 300L, 2006L, new[] { "Animation" }]]);
        (ItemTable table, SkippedRows skipped) = await ItemTable.ReadAsync(source, "id", KeyKind.Number, All);
        Assert.Equal(3, table.Count);
        Assert.Equal([7, 8, 9], table.Ids.Numbers);
        Assert.Equal(["Up", null, "300"], table.Texts("title"));
        Assert.Equal([2009, double.NaN, 2006], table.Numbers("year"));
        Assert.Equal([["Animation", "Adventure"], [], ["Animation"]], table.Lists("genres"));
        Assert.Same(table.Lists("genres")[0][0], table.Lists("genres")[2][0]);
        Assert.Equal(0, skipped.Count);
        Assert.Equal(All, table.Attributes);
    }

    [Fact]
    public async Task A_list_without_a_separator_is_one_element()
    {
        var source = new ListedRows(Header, [["7", "Up", "2009", "Animation|Adventure"]]);
        (ItemTable table, _) = await ItemTable.ReadAsync(source, "id", KeyKind.Text, [ItemAttribute.List("genres")]);
        Assert.Equal([["Animation|Adventure"]], table.Lists("genres"));
    }

    [Fact]
    public async Task Columns_that_are_not_there_or_of_another_kind_are_refused()
    {
        (ItemTable table, _) = await ItemTable.ReadAsync(new ListedRows(Header, [["7", "Up", "2009", "A"]]), "id", KeyKind.Text, All);
        Refusal.Of<ArgumentException>(() => table.Texts("Title"), "'Title'", "'title', 'year', 'genres'");
        Refusal.Of<ArgumentException>(() => table.Numbers("title"), "'title'", "Text", "Number");
        Refusal.Of<ArgumentException>(() => table.Lists("id"), "'id'");
        Refusal.Of<ArgumentException>(() => table.Join(Logs.Read([[1L, 1L, 1L, 1.0]], new InteractionColumns { ItemKeys = KeyKind.Number }).Items), "Number", "Text");
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_named()
    {
        object?[] good = ["7", "Up", "2009", "A"];
        await RefusedAsync([good, [null, "Up", "2009", "A"]], "row 2", "column 'id' is empty");
        await RefusedAsync([good, ["8", "Up", "new", "A"]], "row 2", "column 'year' is 'new'", "a finite number");
        await RefusedAsync([good, ["8", new[] { "Up" }, "1", "A"]], "row 2", "column 'title' is a list");
        await RefusedAsync([good, ["7", "Up", "1", "A"]], "row 2", "item '7' comes a second time");
        await RefusedAsync([], "there are no rows");
    }

    [Fact]
    public async Task A_bad_row_that_is_left_out_leaves_nothing_behind()
    {
        object?[][] rows = [["7", "Up", "2009", "A"], ["8", "X", "new", "A"], ["7", "Y", "1", "B"], ["9", "Z", "1", "B"]];
        (ItemTable table, SkippedRows skipped) = await ItemTable.ReadAsync(new ListedRows(Header, rows, BadRowPolicy.Skip), "id", KeyKind.Text, All);
        Assert.Equal(["7", "9"], table.Ids.Texts);
        Assert.Equal(["Up", "Z"], table.Texts("title"));
        Assert.Equal([2009, 1], table.Numbers("year"));
        Assert.Equal(2, table.Lists("genres").Count);
        Assert.Equal(2, skipped.Count);
    }

    [Fact]
    public void A_join_finds_every_item_and_counts_what_has_no_partner() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            string[] ids = [.. Enumerable.Range(0, 8).Where(_ => draw.Bool()).Append(5000).Select(id => $"{id}")];
            ItemTable table = Table(ids, log.Items.Kind);
            ItemJoin join = table.Join(log.Items);
            string[] items = [.. Enumerable.Range(0, log.Items.Count).Select(log.Items.Describe)];
            Assert.Equal(items.Select(item => Array.IndexOf(ids, item)), join.Rows.ToArray());
            Assert.Equal(items.Except(ids), join.FirstItemsWithoutAttributes);
            Assert.Equal(items.Except(ids).Count(), join.ItemsWithoutAttributes);
            Assert.Equal(ids.Except(items), join.FirstAttributesWithoutItem);
            Assert.Equal(ids.Except(items).Count(), join.AttributesWithoutItem);
        },
        size: 20);

    private static ItemTable Table(string[] ids, KeyKind kind) =>
        ItemTable.ReadAsync(new ListedRows(["id"], [.. ids.Select(id => new object?[] { id })]), "id", kind, []).GetAwaiter().GetResult().Table;

    private static async Task RefusedAsync(object?[][] rows, params string[] words)
    {
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => ItemTable.ReadAsync(new ListedRows(Header, rows), "id", KeyKind.Text, All));
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }
}
