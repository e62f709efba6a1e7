using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Tests;

public class AdjacencyTests
{
    private static readonly string[] Both = ["user", "item"];

    [Theory]
    [InlineData("0 5 6\n1\n2 5\n")]
    [InlineData("0 5 6\r\n1\r\n2 5")]
    [InlineData(" 0\t5  6 \n\n1 \n  \n2 5\n")]
    [InlineData("\ufeff0 5 6\n2 5\n")]
    public async Task Each_item_of_a_line_makes_a_row_with_its_user(string text)
    {
        foreach (int bytes in (int[])[1, 4, 1000])
        {
            Assert.Equal([["0", "5"], ["0", "6"], ["2", "5"]], await Rows.ReadAsync(Rows.File("f.adj", text, mostBytes: bytes), Both));
        }
    }

    [Fact]
    public async Task Columns_may_be_asked_for_alone_or_the_other_way_round()
    {
        Assert.Equal([["5", "0"], ["6", "0"]], await Rows.ReadAsync(Rows.File("f.adj", "0 5 6"), "item", "user"));
        Assert.Equal([["5"], ["6"]], await Rows.ReadAsync(Rows.File("f.adj", "0 5 6"), "item"));
        Assert.Equal([["0"], ["0"]], await Rows.ReadAsync(Rows.File("f.adj", "0 5 6"), "user"));
        await Rows.RefusedAsync(Rows.File("f.adj", "0 5 6"), ["user", "time"], "'time'", "'user', 'item'");
    }

    [Fact]
    public async Task Errors_name_the_line()
    {
        await Rows.RefusedAsync(Rows.File("f.adj", ""), Both, "the file is empty");
        await Rows.RefusedAsync(Rows.File("f.adj", "1\n2\n\n"), Both, "there are no rows");
        byte[] bytes = [.. "0 5\n1 6 "u8, 0xFF, .. " 7\n2 8\n"u8];
        await Rows.RefusedAsync(Rows.File("f.adj", bytes), Both, "line 2", "byte 5", "0xFF");
        Assert.Equal([["0", "5"], ["2", "8"]], await Rows.ReadAsync(Rows.File("f.adj", bytes, new RowSourceOptions { BadRows = BadRowPolicy.Skip }), Both));
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(
            () => InteractionLog.ReadAsync(Rows.File("f.adj", "0 5\n\n1 6 x 7\n"), new InteractionColumns { ItemKeys = KeyKind.Number }));
        Assert.Contains("line 3: column 'item' is 'x', expected a whole number", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_item_is_left_out_alone()
    {
        FileRowSource source = Rows.File("f.adj", "0 5 x 6\n", new RowSourceOptions { BadRows = BadRowPolicy.Skip });
        (InteractionLog log, SkippedRows skipped) = await InteractionLog.ReadAsync(source, new InteractionColumns { ItemKeys = KeyKind.Number });
        Assert.Equal([5, 6], log.Items.Numbers);
        Assert.Equal(1, skipped.Count);
    }
}
