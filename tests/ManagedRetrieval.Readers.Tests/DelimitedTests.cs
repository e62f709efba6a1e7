using System.Text;
using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;
using Sylvan.Data.Csv;

namespace ManagedRetrieval.Readers.Tests;

public class DelimitedTests
{
    private static readonly string[] AB = ["a", "b"];

    [Theory]
    [InlineData("a,b\n1,2\n3,4\n")]
    [InlineData("a,b\n1,2\n3,4")]
    [InlineData("a,b\r\n1,2\r\n3,4\r\n")]
    [InlineData("a,b\r\n1,2\r\n3,4")]
    [InlineData("\ufeffa,b\n1,2\n3,4\n")]
    [InlineData("\n\na,b\n\n1,2\r\n\r\n\n3,4\n\n\n")]
    [InlineData("\"a\",\"b\"\n\"1\",2\n3,\"4\"")]
    [InlineData("\"a\",\"b\"\r\n\"1\",2\r\n3,\"4\"\r\n")]
    [InlineData("b,x,a\n2,\"\n\"\"\",1\n4,,3\n")]
    [InlineData("a,b\n1,2\n3,4\r")]
    [InlineData("a,b\n1,2\n3,\"4\"\r")]
    public async Task Values_are_found_by_their_columns_names(string text)
    {
        foreach (int bytes in (int[])[1, 2, 3, 5, 1000])
        {
            Assert.Equal([["1", "2"], ["3", "4"]], await Rows.ReadAsync(Rows.File("f.csv", text, mostBytes: bytes), AB));
            Assert.Equal([["1", "2"], ["3", "4"]], await Rows.ReadAsync(Rows.File("f.tsv", text.Replace(',', '\t'), mostBytes: bytes), AB));
        }
    }

    [Theory]
    [InlineData("x\"y", "x\"y")]
    [InlineData("\"x\"\"y\"", "x\"y")]
    [InlineData("\"\"\"\"", "\"")]
    [InlineData("\"\"\"x\"\"\"\"\"", "\"x\"\"")]
    [InlineData("\"x,\ny\r\nz\"", "x,\ny\r\nz")]
    [InlineData("\"\"", null)]
    [InlineData("", null)]
    [InlineData(" ", " ")]
    [InlineData("né ü 🎬", "né ü 🎬")]
    [InlineData("\"🎬\"\"é\"", "🎬\"é")]
    [InlineData("#", "#")]
    [InlineData("\0", "\0")]
    [InlineData("x\ry", "x\ry")]
    public async Task A_value_is_what_is_written(string written, string? value)
    {
        Assert.Equal([[value, "2"]], await Rows.ReadAsync(Rows.File("f.csv", $"a,b\n{written},2\n"), AB));
        Assert.Equal([["1", value]], await Rows.ReadAsync(Rows.File("f.csv", $"a,b\n1,{written}\n", mostBytes: 1), AB));
    }

    [Fact]
    public void Any_table_that_is_written_is_read_again_and_as_another_reader_reads_it() => RandomCases.Check(
        draw =>
        {
            char delimiter = draw.OneOf(',', '\t');
            string end = draw.OneOf("\n", "\r\n");
            string[] header = [.. Enumerable.Range(0, draw.Between(2, 5)).Select(i => $"c{i}")];
            string[][] rows = [.. Enumerable.Range(0, draw.Length()).Select(_ => header.Select(_ => RandomText(draw)).ToArray())];
            var text = new StringBuilder(string.Join(delimiter, header) + end);
            foreach (string[] row in rows)
            {
                text.Append(string.Join(delimiter, row.Select(value => Write(value, delimiter, draw)))).Append(end);
            }

            FileRowSource source = Rows.File(delimiter == ',' ? "f.csv" : "f.tsv", text.ToString(), mostBytes: draw.OneOf(1, 2, 7, 100_000));
            string?[][] read = Rows.Read(source, header);
            Assert.Equal(rows.Select(row => row.Select(value => value.Length == 0 ? null : value)), read);

            using CsvDataReader other = CsvDataReader.Create(new StringReader(text.ToString()), new CsvDataReaderOptions { Delimiter = delimiter, Comment = '\u0001' });
            for (int i = 0; i < read.Length; i++)
            {
                Assert.True(other.Read());
                for (int j = 0; j < header.Length; j++)
                {
                    Assert.Equal(read[i][j] ?? "", other.GetString(j));
                }
            }

            Assert.False(other.Read());
        },
        cases: 300,
        size: 30);

    [Fact]
    public async Task A_missing_column_lists_those_that_are_there()
    {
        DataFormatException refused = await Rows.RefusedAsync(Rows.File("f.csv", "\nuser,item\n1,2\n"), ["user", "rating"], "line 2", "'rating'", "'user', 'item'");
        Assert.False(refused.IsOneRow);
        await Rows.RefusedAsync(Rows.File("f.csv", "User,item\n1,2\n"), ["user"], "'user'", "'User'");
    }

    [Fact]
    public async Task A_column_that_is_not_known_is_refused_asked_for_or_not_but_for_one_without_a_name()
    {
        var options = new RowSourceOptions { KnownColumns = ["a", "b", "c"] };
        DataFormatException refused = await Rows.RefusedAsync(Rows.File("f.csv", "\na,b,C\n1,2,3\n", options), AB, "line 2", "'C'", "'a', 'b', 'c'");
        Assert.False(refused.IsOneRow);
        Assert.Equal([["1", "2"]], await Rows.ReadAsync(Rows.File("f.csv", ",a,c,b\n0,1,,2\n", options), AB));
    }

    [Fact]
    public async Task A_header_is_required_and_names_differ()
    {
        await Rows.RefusedAsync(Rows.File("f.csv", ""), AB, "the file is empty");
        await Rows.RefusedAsync(Rows.File("f.csv", "\ufeff"), AB, "only empty lines", "header");
        await Rows.RefusedAsync(Rows.File("f.csv", "\n\r\n\n"), AB, "only empty lines", "header");
        await Rows.RefusedAsync(Rows.File("f.csv", "a,b"), AB, "there are no rows");
        await Rows.RefusedAsync(Rows.File("f.csv", "a,b\r\n\r\n"), AB, "there are no rows");
        await Rows.RefusedAsync(Rows.File("f.csv", "a,b,c,b\n1,2,3,4\n"), AB, "line 1", "columns 2 and 4", "'b'");
        Assert.Equal([["1", "2"]], await Rows.ReadAsync(Rows.File("f.csv", ",a,b,\n0,1,2,3\n"), AB));
    }

    [Fact]
    public async Task A_ragged_row_is_named_by_its_line_and_can_be_left_out()
    {
        const string Text = "a,b\n\"1\n1\",2\n\n3\n4,5,6\n7,8\n";
        await Rows.RefusedAsync(Rows.File("f.csv", Text), AB, "line 5", "the number of values is 1, expected 2");
        await using RowReader reader = await Rows.File("f.csv", Text, new RowSourceOptions { BadRows = BadRowPolicy.Skip }).OpenAsync(AB);
        Assert.True(await reader.ReadAsync());
        Assert.Equal("line 2", reader.Place);
        Assert.True(await reader.ReadAsync());
        Assert.Equal("line 7", reader.Place);
        Assert.False(await reader.ReadAsync());
        Assert.Equal(2, reader.RowCount);
        Assert.Equal(2, reader.Skipped.Count);
        Assert.Contains("line 6", reader.Skipped.FirstMessages[1], StringComparison.Ordinal);
        Assert.Equal(Text.Length, reader.BytesRead);
        Assert.Equal(Text.Length, reader.TotalBytes);
    }

    [Fact]
    public async Task A_quote_that_ends_too_early_is_named_and_can_be_left_out()
    {
        const string Text = "a,b\n1,2\n3,\"4\"5\n6,7\n";
        await Rows.RefusedAsync(Rows.File("f.csv", Text), AB, "line 3", "value 2", "closing quote");
        Assert.Equal([["1", "2"], ["6", "7"]], await Rows.ReadAsync(Rows.File("f.csv", Text, new RowSourceOptions { BadRows = BadRowPolicy.Skip }), AB));
    }

    [Fact]
    public async Task A_quote_that_never_ends_is_an_error_under_either_policy()
    {
        foreach (BadRowPolicy policy in Enum.GetValues<BadRowPolicy>())
        {
            DataFormatException refused = await Rows.RefusedAsync(
                Rows.File("f.csv", "a,b\n1,2\n\"3\n3\",\"4\n5,6\n", new RowSourceOptions { BadRows = policy }), AB, "line 4", "closing quote");
            Assert.False(refused.IsOneRow);
        }
    }

    [Fact]
    public async Task Invalid_text_is_named_wherever_it_stands_and_can_be_left_out()
    {
        byte[] bytes = [.. "a,b,c\n1,2,\n3,4,"u8, 0xC3, .. "(\n5,6,\n"u8];
        await Rows.RefusedAsync(Rows.File("f.csv", bytes), AB, "line 3", "byte 5", "0xC3", "UTF-8");
        Assert.Equal([["1", "2"], ["5", "6"]], await Rows.ReadAsync(Rows.File("f.csv", bytes, new RowSourceOptions { BadRows = BadRowPolicy.Skip }), AB));
        await Rows.RefusedAsync(Rows.File("f.csv", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a,b\n1,2\n")).ToArray()), AB, "line 1", "0xFF", "UTF-8");
        await Rows.RefusedAsync(Rows.File("f.csv", [.. "a,b\n1,2\n3,4"u8, 0xF0, 0x9F]), AB, "line 3", "byte 4", "0xF0");
    }

    [Fact]
    public async Task A_number_that_is_none_is_named_by_its_line()
    {
        FileRowSource source = Rows.File("ratings.csv", "user,item,rating,time\n1,2,3,4\n1,\"x\n\ny\",3,4\n1,2,good,4\n");
        var columns = new InteractionColumns { Weight = "rating", Time = "time" };
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(source, columns));
        Assert.Equal("'ratings.csv', line 6: column 'rating' is 'good', expected a finite number.", refused.Message);
    }

    private static string RandomText(Draw draw) =>
        string.Concat(Enumerable.Range(0, draw.Between(0, draw.Bool() ? 3 : 12)).Select(_ => draw.OneOf("a", "b", " ", ",", "\t", "\"", "\n", "\r\n", "é", "🎬", "#", "|", "7")));

    private static string Write(string value, char delimiter, Draw draw)
    {
        bool mustQuote = value.AsSpan().IndexOfAny(delimiter, '"', '\n') >= 0;
        return mustQuote || draw.Below(4) == 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
