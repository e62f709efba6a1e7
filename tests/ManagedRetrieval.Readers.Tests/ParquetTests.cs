using ManagedRetrieval.Data;
using Parquet;
using Parquet.Schema;

namespace ManagedRetrieval.Readers.Tests;

public class ParquetTests
{
    private static readonly string[] UserItem = ["user", "item"];

    [Fact]
    public async Task Texts_and_numbers_come_row_group_by_row_group_and_nothing_else_is_read()
    {
        byte[] file = await TwoGroupsAsync();
        Assert.Equal(
            [["a", "10", "0.5"], ["b", "20", null], [null, "30", "1.5"], ["d", "40", "2"]],
            await Rows.ReadAsync(Rows.File("f.parquet", file), "user", "item", "weight"));
        Assert.Equal([["10"], ["20"], ["30"], ["40"]], await Rows.ReadAsync(Rows.File("f.parquet", file), "item"));
    }

    [Fact]
    public async Task A_row_is_named_by_its_row_group_and_its_number_in_it()
    {
        FileRowSource source = Rows.File("f.parquet", await TwoGroupsAsync());
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(source));
        Assert.Equal("'f.parquet', row group 2, row 1: column 'user' is empty, expected a key.", refused.Message);
        refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(source, new InteractionColumns { User = "item", Item = "user", Time = "weight" }));
        Assert.Contains("row group 1, row 1: column 'weight' is '0.5', expected a whole number", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_rows_can_be_left_out()
    {
        FileRowSource source = Rows.File("f.parquet", await TwoGroupsAsync(), new RowSourceOptions { BadRows = BadRowPolicy.Skip });
        (InteractionLog log, SkippedRows skipped) = await InteractionLog.ReadAsync(source, new InteractionColumns { ItemKeys = KeyKind.Number });
        Assert.Equal(["a", "b", "d"], log.Users.Texts);
        Assert.Equal([10, 20, 40], log.Items.Numbers);
        Assert.Equal(1, skipped.Count);
    }

    [Fact]
    public async Task Lists_are_read_empty_ones_among_them()
    {
        var genres = new DataField<string>("element");
        var years = new DataField<int?>("element");
        var schema = new ParquetSchema(new DataField<long>("id"), new ListField("genres", genres), new ListField("years", years));
        byte[] file = await WriteAsync(schema, async writer =>
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<long>(schema.DataFields[0], new long[] { 1, 2, 3 });
            await group.WriteAsync(schema.DataFields[1], new string?[] { "x", "y", null, "z" }, repetitionLevels: new int[] { 0, 1, 0, 0 });
            await group.WriteAsync<int>(schema.DataFields[2], new int?[] { 7, null, 8, 9 }, repetitionLevels: new int[] { 0, 0, 0, 1 });
        });
        FileRowSource source = Rows.File("f.parquet", file);
        Assert.Equal([["1", "[x, y]", "[7]"], ["2", "[]", "[]"], ["3", "[z]", "[8, 9]"]], await Rows.ReadAsync(source, "id", "genres", "years"));
        (ItemTable table, _) = await ItemTable.ReadAsync(source, "id", KeyKind.Number, [ItemAttribute.List("genres")]);
        Assert.Equal([["x", "y"], [], ["z"]], table.Lists("genres"));
    }

    [Fact]
    public async Task Every_type_of_number_is_read()
    {
        var schema = new ParquetSchema(
            new DataField<int>("int"), new DataField<short>("short"), new DataField<ulong>("ulong"), new DataField<float>("float"), new DataField<bool>("bool"), new DataField<DateTime>("time"));
        byte[] file = await WriteAsync(schema, async writer =>
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<int>(schema.DataFields[0], new int[] { int.MinValue, 1 });
            await group.WriteAsync<short>(schema.DataFields[1], new short[] { -5, 2 });
            await group.WriteAsync<ulong>(schema.DataFields[2], new ulong[] { ulong.MaxValue, 3 });
            await group.WriteAsync<float>(schema.DataFields[3], new float[] { 0.5f, 4 });
            await group.WriteAsync<bool>(schema.DataFields[4], new bool[] { true, false });
            await group.WriteAsync<DateTime>(schema.DataFields[5], new DateTime[] { DateTime.UnixEpoch.AddSeconds(1.5), DateTime.UnixEpoch });
        });
        Assert.Equal(
            [["-2147483648", "-5", "1.8446744073709552E+19", "0.5", "true", "1500"], ["1", "2", "3", "4", "false", "0"]],
            await Rows.ReadAsync(Rows.File("f.parquet", file), "int", "short", "ulong", "float", "bool", "time"));
    }

    [Fact]
    public async Task A_missing_column_lists_those_that_are_there()
    {
        FileRowSource source = Rows.File("f.parquet", await TwoGroupsAsync());
        await Rows.RefusedAsync(source, ["user", "time"], "there is no column 'time'", "'user', 'item', 'weight'");
    }

    [Fact]
    public async Task A_column_that_is_not_known_is_refused_asked_for_or_not()
    {
        byte[] file = await TwoGroupsAsync();
        await Rows.RefusedAsync(Rows.File("f.parquet", file, new RowSourceOptions { KnownColumns = UserItem }), UserItem, "'weight'", "'user', 'item'");
        Assert.Equal(4, (await Rows.ReadAsync(Rows.File("f.parquet", file, new RowSourceOptions { KnownColumns = ["weight", .. UserItem] }), UserItem)).Length);
    }

    [Fact]
    public async Task A_column_of_another_type_is_refused()
    {
        var schema = new ParquetSchema(new DataField<long>("id"), new StructField("place", new DataField<double?>("x")));
        byte[] file = await WriteAsync(schema, async writer =>
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<long>(schema.DataFields[0], new long[] { 1 });
            await group.WriteAsync<double>(schema.DataFields[1], new double?[] { 1 });
        });
        await Rows.RefusedAsync(Rows.File("f.parquet", file), ["id", "place"], "column 'place'", "expected texts, numbers, or lists");
        Assert.Equal([["1"]], await Rows.ReadAsync(Rows.File("f.parquet", file), "id"));
    }

    [Fact]
    public async Task A_file_that_is_no_Parquet_or_cut_off_is_refused()
    {
        byte[] file = await TwoGroupsAsync();
        await Rows.RefusedAsync(Rows.File("f.parquet", ""), UserItem, "the file is empty");
        await Rows.RefusedAsync(Rows.File("f.parquet", "PAR1PAR1"), UserItem, "too short");
        await Rows.RefusedAsync(Rows.File("f.parquet", "user,item\n1,2\n"), UserItem, "does not begin with PAR1");
        await Rows.RefusedAsync(Rows.File("f.parquet", file[..(file.Length / 2)]), UserItem, "does not end with PAR1", "cut off");
        var noSeek = new FileRowSource("f.parquet", () => new EndlessLine("PAR1"u8.ToArray(), 100));
        await Assert.ThrowsAsync<NotSupportedException>(() => Rows.ReadAsync(noSeek, UserItem));
    }

    [Fact]
    public async Task A_file_without_rows_is_refused()
    {
        var schema = new ParquetSchema(new DataField<string>("user"), new DataField<long>("item"));
        await Rows.RefusedAsync(Rows.File("f.parquet", await WriteAsync(schema, _ => Task.CompletedTask)), UserItem, "there are no rows");
    }

    private static async Task<byte[]> TwoGroupsAsync()
    {
        var schema = new ParquetSchema(new DataField<string>("user"), new DataField<long>("item"), new DataField<double?>("weight"));
        return await WriteAsync(schema, async writer =>
        {
            using (ParquetRowGroupWriter group = writer.CreateRowGroup())
            {
                await group.WriteAsync(schema.DataFields[0], new string?[] { "a", "b" });
                await group.WriteAsync<long>(schema.DataFields[1], new long[] { 10, 20 });
                await group.WriteAsync<double>(schema.DataFields[2], new double?[] { 0.5, null });
            }

            using (ParquetRowGroupWriter group = writer.CreateRowGroup())
            {
                await group.WriteAsync(schema.DataFields[0], new string?[] { null, "d" });
                await group.WriteAsync<long>(schema.DataFields[1], new long[] { 30, 40 });
                await group.WriteAsync<double>(schema.DataFields[2], new double?[] { 1.5, 2 });
            }
        });
    }

    private static async Task<byte[]> WriteAsync(ParquetSchema schema, Func<ParquetWriter, Task> write)
    {
        using var stream = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            await write(writer);
        }

        return stream.ToArray();
    }
}
