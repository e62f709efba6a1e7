using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class QueryFileTests : IDisposable
{
    private readonly SmallData _data = new();

    private string Answers => _data.At("answers/all.jsonl");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Each_query_of_a_file_gets_the_answers_that_it_gets_alone()
    {
        await TrainAsync(SmallData.Ids);
        string lines = _data.Write("queries.jsonl", "{\"query\": \"u4\"}\n\n{\"query\": \"u5\", \"exclude\": [\"i21\", \"i22\"], \"at\": null}\n{\"exclude\": \"i1 i2\", \"query\": \"u4\"}\n");
        ToolResult printed = (await InProcess.RunAsync("query", _data.Model, "--file", lines, "-k", "4")).Succeeded();
        Assert.Equal([await AloneAsync("u4"), await AloneAsync("u5", "--exclude", "i21", "i22"), await AloneAsync("u4", "--exclude", "i1", "i2")], Read(printed.Output));
        (await InProcess.RunAsync("query", _data.Model, "--file", lines, "-k", "4", "--map", "--out", Answers)).Succeeded();
        Assert.Equal(printed.Output.ReplaceLineEndings("\n"), await File.ReadAllTextAsync(Answers));
        Assert.Equal([Answers], Directory.GetFileSystemEntries(_data.At("answers")));
    }

    [Fact]
    public async Task A_table_of_more_queries_than_a_batch_is_answered_in_its_order()
    {
        await TrainAsync(SmallData.Ids);
        string[] users = [.. Enumerable.Range(0, 700).Select(i => $"u{i * 7 % SmallData.Users}")];
        string table = _data.Write("queries.csv", "at,query,exclude\n" + string.Concat(users.Select((user, i) => $"7,{user},{(i % 3 == 0 ? "i1 i30" : "")}\n")));
        (await InProcess.RunAsync("query", _data.Model, "--file", table, "--out", Answers, "-k", "40")).Remarked("700 times were passed over: the model reads none.");
        string[] lines = await File.ReadAllLinesAsync(Answers);
        Assert.Equal(users, lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("query").GetString()));
        Assert.Equal(Enumerable.Range(0, 700).Select(i => i % 3 == 0 ? 38 : 40), lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("answers").GetArrayLength()));
        Assert.All(lines.Where((_, i) => i % 3 == 0), line => Assert.DoesNotContain("\"i30\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Histories_come_with_their_queries()
    {
        await TrainAsync(SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", "{ \"type\": \"history\", \"encoder\": \"mean\" }", StringComparison.Ordinal));
        string lines = _data.Write("queries.jsonl", "{\"history\": [\"i1\", \"i2\", \"i3\"]}\n{\"history\": \"i21 i22\"}\n");
        string output = (await InProcess.RunAsync("query", _data.Model, "--file", lines, "-k", "4")).Succeeded().Output;
        Assert.Equal([await AloneAsync("x", "--history", "i1", "i2", "i3"), await AloneAsync("x", "--history", "i21", "i22")], Read(output));
        (await InProcess.RunAsync("query", _data.Model, "--file", _data.Write("bad.jsonl", "{\"history\": [\"i1\"]}\n{\"query\": \"u1\"}\n"))).Failed(1, "bad.jsonl", "line 2", "history");
    }

    [Fact]
    public async Task One_query_is_told_of_in_the_singular()
    {
        await TrainAsync(SmallData.Ids);
        ToolResult result = (await InProcess.RunAsync("query", _data.Model, "--file", _data.Write("one.jsonl", "{\"query\": \"u4\"}\n"), "--out", Answers)).Succeeded();
        Assert.Equal($"1 query is answered in {Answers}.", Assert.Single(result.Lines, line => line.Length > 0));
    }

    [Theory]
    [InlineData("bad.jsonl", "{\"query\": \"u1\"}\n{\"query\": \"!?\"}\n", "line 2", "!?", "word")]
    [InlineData("bad.jsonl", "{\"query\": \"u1\"}\n{\"exclude\": [\"i1\"]}\n", "line 2", "query")]
    [InlineData("bad.jsonl", "{\"query\": \"u1\"}\n{\"query\"\n", "line 2", "JSON")]
    [InlineData("bad.jsonl", "{\"query\": \"u1\", \"at\": \"soon\"}\n", "line 1", "soon", "whole number")]
    [InlineData("bad.jsonl", "{\"query\": \"u1\", \"at\": 3}\n{\"query\": \"u2\", \"exlude\": [\"i1\"]}\n", "line 2", "'exlude'", "'query', 'history', 'at', 'exclude'")]
    [InlineData("bad.csv", "query,Exclude\nu1,i1\n", "line 1", "'Exclude'", "'query', 'history', 'at', 'exclude'")]
    [InlineData("bad.csv", "text\nu1\n", "query", "text")]
    [InlineData("bad.csv", "query\nu1\n\"\"\n", "line 3", "query")]
    [InlineData("bad.txt", "u1\n", ".txt", ".jsonl")]
    [InlineData("bad.csv", "", "bad.csv")]
    public async Task A_file_that_cannot_be_read_leaves_earlier_answers_as_they_were(string name, string text, params string[] problems)
    {
        await TrainAsync(SmallData.Ids);
        _data.Write("answers/all.jsonl", "earlier");
        (await InProcess.RunAsync("query", _data.Model, "--file", _data.Write(name, text), "--out", Answers)).Failed(1, [name, .. problems]);
        Assert.Equal("earlier", await File.ReadAllTextAsync(Answers));
        Assert.Equal([Answers], Directory.GetFileSystemEntries(_data.At("answers")));
    }

    [Fact]
    public async Task Ids_that_could_command_a_terminal_are_escaped()
    {
        await TrainAsync(SmallData.Ids);
        string lines = _data.Write("queries.jsonl", "{\"query\": \"Zürich \\u001b[31m \\u202e1\"}\n");
        string output = (await InProcess.RunAsync("query", _data.Model, "--file", lines))
            .Remarked("1 queried id is unknown to the model, and answered as unknown ones are: Zürich  [31m  1.").Output;
        Assert.Contains("Zürich", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.DoesNotContain('\u202e', output);
    }

    private async Task TrainAsync(string model) => (await _data.TrainAsync("--config", _data.Config("ids", model), "--epochs", "5")).Succeeded();

    private async Task<string> AloneAsync(params string[] arguments) => string.Join(' ', (await InProcess.RunAsync(["query", _data.Model, .. arguments, "-k", "4"])).Succeeded()
        .Table("rank").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(cells => $"{cells[1]}={cells[2]}"));

    private static string[] Read(string output) => [.. output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => string.Join(' ', JsonDocument.Parse(line).RootElement
        .GetProperty("answers").EnumerateArray()
        .Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.GetProperty("id").GetString()}={answer.GetProperty("score").GetSingle():f4}"))))];
}
