using System.Text.Json;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary><c>query --exclude-seen</c> leaves out what users had.</summary>
public sealed class ExcludeSeenTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_a_user_had_is_left_out_and_nothing_else()
    {
        await TrainAsync(SmallData.Ids);
        foreach (string user in (string[])["u4", "u5"])
        {
            string[] seen = Seen(user), all = Ids((await AskAsync(user)).Succeeded());
            Assert.Equal(all.Except(seen), Ids((await AskAsync(user, "--exclude-seen", _data.Csv)).Succeeded()));
            Assert.Equal(all.Except(seen).Skip(1), Ids((await AskAsync(user, "--exclude-seen", _data.Csv, "--exclude", all.Except(seen).First())).Succeeded()));
        }
    }

    [Fact]
    public async Task Of_a_file_of_queries_each_leaves_out_what_its_own_user_had()
    {
        await TrainAsync(SmallData.Ids);
        string queries = _data.Write("queries.jsonl", string.Concat(Enumerable.Range(0, 600).Select(i => $"{{\"query\": \"u{i % SmallData.Users}\", \"exclude\": [\"i3\"]}}\n")));
        ToolResult result = (await AskAsync("--file", queries, "--exclude-seen", _data.Csv)).Succeeded();
        string[] lines = [.. result.Lines.Where(line => line.Length > 0)];
        Assert.Equal(600, lines.Length);
        Assert.All(lines, (line, i) => Assert.Equal(
            Enumerable.Range(0, SmallData.Items).Select(item => $"i{item}").Except(Seen($"u{i % SmallData.Users}")).Except(["i3"]).Order(StringComparer.Ordinal),
            JsonDocument.Parse(line).RootElement.GetProperty("answers").EnumerateArray().Select(answer => answer.GetProperty("id").GetString()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_file_is_read_as_training_reads_it()
    {
        await TrainAsync(SmallData.Ids);
        string expected = (await AskAsync("u4", "--exclude-seen", _data.Csv)).Succeeded().Output;
        string named = _data.WriteCsv("named.csv", SmallData.Rows, "who,what,when"), tabs = _data.WriteTsv("tabs.dat");
        Assert.Equal(expected, (await AskAsync("u4", "--exclude-seen", named, "--user", "who", "--item", "what")).Succeeded().Output);
        Assert.Equal(expected, (await AskAsync("u4", "--exclude-seen", tabs, "--format", "tsv")).Succeeded().Output);
        Assert.Equal(expected, (await AskAsync("u4", "--exclude-seen", _data.WriteJsonLines("data.jsonl"))).Succeeded().Output);
        Assert.Equal(expected, (await AskAsync("u4", "--exclude-seen", await _data.WriteParquetAsync("data.parquet"))).Succeeded().Output);
        (await AskAsync("u4", "--exclude-seen", named)).Failed(1, named, "'user'", "Name the column by --user.");
        (await AskAsync("u4", "--exclude-seen", named, "--user", "who")).Failed(1, named, "'item'", "Name the column by --item.");
        (await AskAsync("u4", "--exclude-seen", tabs)).Failed(1, tabs, "--format");
        (await AskAsync("u4", "--exclude-seen", _data.At("none.csv"))).Failed(1, _data.At("none.csv"));
    }

    [Fact]
    public async Task A_user_who_is_not_in_the_file_is_told_of_and_a_query_without_one_is_refused()
    {
        string few = _data.WriteCsv("few.csv", [("u1", "i1", 1), ("u1", "gone", 2)]);
        await TrainAsync(SmallData.Ids);
        (await AskAsync("u1", "--exclude-seen", few)).Succeeded();
        ToolResult unseen = (await AskAsync("u4", "--exclude-seen", few)).Remarked("1 queried id is not in the file of --exclude-seen: u4.");
        Assert.Equal((await AskAsync("u4")).Output, unseen.Output);
        await TrainAsync(SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", "{ \"type\": \"history\" }", StringComparison.Ordinal));
        (await AskAsync("--exclude-seen", few, "--history", "i1")).Failed(1, "names no user", few, "--exclude-seen");
        (await AskAsync("--exclude-seen", few, "--file", _data.Write("asked.jsonl", "{\"history\": [\"i1\"]}\n"))).Failed(1, "names no user", few, "--exclude-seen");
        Assert.DoesNotContain("i1", Ids((await AskAsync("u1", "--exclude-seen", few, "--history", "i2")).Succeeded()));
    }

    private static string[] Seen(string user) => [.. SmallData.Rows.Where(row => row.User == user).Select(row => row.Item)];

    private static string[] Ids(ToolResult result) => [.. result.Table("rank").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];

    private async Task TrainAsync(string model) => (await _data.TrainAsync("--config", _data.Config("model", model))).Succeeded();

    private Task<ToolResult> AskAsync(params string[] arguments) => InProcess.RunAsync(["query", _data.Model, .. arguments, "-k", "100"]);
}
