using System.Text;
using System.Text.Json;
using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Readers.Tests;

public class JsonLinesTests
{
    private static readonly string[] AB = ["a", "b"];

    [Fact]
    public async Task Texts_numbers_lists_and_truth_values_are_read()
    {
        const string Text = """
            {"a":"x","b":1.50,"c":{"a":[1]}}

            {"b":["p","q\n",3,true],"c":[[]],"a":-2e3}
            {"a":true,"b":[]}
            {"a":null}
            """;
        foreach (string text in (string[])[Text, Text.ReplaceLineEndings("\r\n"), "\ufeff" + Text])
        {
            Assert.Equal(
                [["x", "1.50"], ["-2e3", "[p, q\n, 3, true]"], ["true", "[]"], [null, null]],
                await Rows.ReadAsync(Rows.File("f.jsonl", text, mostBytes: 3), AB));
        }
    }

    [Theory]
    [InlineData("""{"a":"\u00e9\ud83c\udfac","b":1}""", "é🎬")]
    [InlineData("""{"\u0061":"é🎬","b":1}""", "é🎬")]
    [InlineData("""{"a":"x\"y\\","b":1}""", "x\"y\\")]
    [InlineData("""{ "b" : 1 , "a" : "" }""", "")]
    public async Task Escapes_are_resolved_in_names_and_texts(string line, string value) =>
        Assert.Equal([[value, "1"]], await Rows.ReadAsync(Rows.File("f.ndjson", line), AB));

    [Fact]
    public async Task A_property_that_is_not_known_is_named_where_others_than_those_asked_for_are_not_passed_over()
    {
        const string Text = "{\"a\":1,\"b\":2,\"known\":3,\"\":4}\n{\"a\":1,\"b\":2,\"\\u0041\":[{}]}\n{\"a\":3,\"b\":4}\n";
        RowSourceOptions Options(BadRowPolicy policy) => new() { KnownColumns = ["a", "b", "known"], BadRows = policy };
        DataFormatException refused = await Rows.RefusedAsync(Rows.File("f.jsonl", Text, Options(BadRowPolicy.Fail)), AB, "line 2", "'A'", "'a', 'b', 'known'");
        Assert.True(refused.IsOneRow);
        Assert.Equal([["1", "2"], ["3", "4"]], await Rows.ReadAsync(Rows.File("f.jsonl", Text, Options(BadRowPolicy.Skip)), AB));
        Assert.Equal([["1", "2"], ["1", "2"], ["3", "4"]], await Rows.ReadAsync(Rows.File("f.jsonl", Text), AB));
    }

    [Theory]
    [InlineData("""{"a":1,"b":}""", "not valid JSON")]
    [InlineData("""{"a":1""", "not valid JSON")]
    [InlineData("""{"a":1,"b":2} x""", "not valid JSON")]
    [InlineData("""{"a":1,"b":2}{"a":1}""", "not valid JSON")]
    [InlineData("   ", "not valid JSON")]
    [InlineData("""{"a":1,"b":NaN}""", "not valid JSON")]
    [InlineData("""["a"]""", "the line is a list", "an object")]
    [InlineData("7", "the line is a number")]
    [InlineData("""{"a":{"x":1},"b":1}""", "'a' is an object")]
    [InlineData("""{"a":[1,null],"b":1}""", "element 2", "'a'", "null")]
    [InlineData("""{"a":[[1]],"b":1}""", "element 1", "a list")]
    [InlineData("""{"a":1,"b":1,"a":2}""", "'a' comes twice")]
    [InlineData("""{"a":"\ud800","b":1}""", "not valid Unicode")]
    public async Task A_line_that_cannot_be_read_is_named_and_can_be_left_out(string line, params string[] words)
    {
        string text = "{\"a\":1,\"b\":2}\n\n" + line + "\n{\"a\":3,\"b\":4}\n";
        DataFormatException refused = await Rows.RefusedAsync(Rows.File("f.jsonl", text), AB, ["line 3", .. words]);
        Assert.True(refused.IsOneRow);
        Assert.DoesNotContain("LineNumber", refused.Message, StringComparison.Ordinal);
        Assert.Equal([["1", "2"], ["3", "4"]], await Rows.ReadAsync(Rows.File("f.jsonl", text, new RowSourceOptions { BadRows = BadRowPolicy.Skip }), AB));
    }

    [Fact]
    public async Task The_place_of_invalid_JSON_is_given_by_its_byte() =>
        await Rows.RefusedAsync(Rows.File("f.jsonl", "{\"a\":1,\"b\":}\n"), AB, "line 1", "byte 12");

    [Fact]
    public async Task Empty_files_and_invalid_text_are_refused()
    {
        await Rows.RefusedAsync(Rows.File("f.jsonl", ""), AB, "the file is empty");
        await Rows.RefusedAsync(Rows.File("f.jsonl", "\n\n"), AB, "there are no rows");
        await Rows.RefusedAsync(Rows.File("f.jsonl", [.. "{\"a\":1,\"b\":2}\n{\"c\":\""u8, 0xFF, .. "\"}\n"u8]), AB, "line 2", "byte 7", "0xFF");
    }

    [Fact]
    public async Task A_property_that_no_line_has_lists_those_of_the_first()
    {
        FileRowSource source = Rows.File("f.jsonl", "{\"user\":1,\"thing\":2}\n{\"user\":1}\n");
        await Rows.RefusedAsync(source, ["user", "item"], "no line has a property 'item'", "'user', 'thing'");
        DataFormatException refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(source));
        Assert.Contains("line 1: there is no property 'item', only 'user', 'thing'", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<DataFormatException>(() => InteractionLog.ReadAsync(Rows.File("f.jsonl", "{\"user\":null,\"item\":2}\n")));
        Assert.Contains("property 'user' is null", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_object_that_is_written_is_read_again() => RandomCases.Check(
        draw =>
        {
            string?[][] rows = [.. Enumerable.Range(0, draw.Length()).Select(_ => AB.Select(_ => draw.Below(5) == 0 ? null : RandomText(draw)).ToArray())];
            rows[0] = ["x", "y"];
            var text = new StringBuilder();
            foreach (string?[] row in rows)
            {
                text.Append("{\"a\":").Append(Write(row[0])).Append(", \"c\": [1, {}], \"b\" : ").Append(Write(row[1])).Append(draw.OneOf("}\n", "}\r\n"));
            }

            Assert.Equal(rows, Rows.Read(Rows.File("f.jsonl", text.ToString(), mostBytes: draw.OneOf(1, 5, 1000)), AB));
        },
        size: 30);

    private static string Write(string? text) => text is null ? "null" : $"\"{JsonEncodedText.Encode(text)}\"";

    private static string RandomText(Draw draw) =>
        string.Concat(Enumerable.Range(0, draw.Between(0, 8)).Select(_ => draw.OneOf("a", "\"", "\\", "\n", "é", "🎬", "{", ",", "]")));
}
