using System.Globalization;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>What <c>query</c> says of queries besides their answers.</summary>
public sealed class QueryRemarksTests : IDisposable
{
    private const string ById = "{ \"type\": \"id\", \"from\": \"user\" }", ByHistory = "{ \"type\": \"history\", \"encoder\": \"mean\" }";

    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Ids_that_the_model_does_not_know_are_counted_once_on_the_error_output_and_answers_stay_as_they_were()
    {
        await TrainAsync($"{ById}, {ByHistory}");
        ToolResult known = (await AskAsync("u4", "--history", "i1", "i2", "--exclude", "i3")).Succeeded();
        ToolResult misspelt = (await AskAsync("u4", "--history", "i1", "i2", "--exclude", "i3", "I3", "i_4", "I3", "i 5", "i_6"))
            .Remarked("4 excluded ids are no candidates of the model, such as I3, i_4, i 5.");
        Assert.Equal(known.Output, misspelt.Output);
        (await AskAsync("nobody", "--history", "i1", "i2", "I2", "--exclude", "all\u001b[31m")).Remarked(
            "1 queried id is unknown to the model, and answered as unknown ones are: nobody.",
            "1 id of a history is unknown to the model: I2.",
            "1 excluded id is no candidate of the model: all [31m.");
        (await AskAsync("u4", "--map", "--exclude", "none")).Remarked("1 excluded id is no candidate of the model: none.");
    }

    [Fact]
    public async Task Of_a_file_unknown_ids_are_told_of_after_its_last_answer()
    {
        await TrainAsync($"{ById}, {ByHistory}");
        string lines = string.Concat(Enumerable.Range(0, 600).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{{\"query\": \"u{i / 10}\", \"history\": [\"i1\", \"{(i < 300 ? "i2" : "odd")}\"], \"exclude\": [\"x{i % 2}\", \"i3\"]}}\n")));
        string[] remarks =
        [
            "30 queried ids are unknown to the model, and answered as unknown ones are, such as u30, u31, u32.",
            "1 id of a history is unknown to the model: odd.",
            "2 excluded ids are no candidates of the model: x0, x1.",
        ];
        string file = _data.Write("queries.jsonl", lines);
        ToolResult printed = (await AskAsync("--file", file)).Remarked(remarks);
        (await AskAsync("--file", file, "--out", _data.At("answers.jsonl"))).Remarked(remarks);
        Assert.Equal(600, printed.Lines.Count(line => line.StartsWith("{\"query\":", StringComparison.Ordinal)));
        Assert.Equal(printed.Output.ReplaceLineEndings("\n"), await File.ReadAllTextAsync(_data.At("answers.jsonl")));
    }

    [Fact]
    public async Task A_model_that_reads_no_ids_of_users_has_no_unknown_ones()
    {
        await TrainAsync("{ \"type\": \"text\", \"from\": \"user\", \"buckets\": 64 }");
        (await AskAsync("nobody at all")).Succeeded();
        await TrainAsync("{ \"type\": \"id\", \"from\": \"user\", \"pattern\": \"^u(.)\" }");
        (await AskAsync("u4")).Succeeded();
    }

    [Fact]
    public async Task A_history_or_a_time_that_the_model_does_not_read_is_refused_and_of_a_file_passed_over_with_a_remark()
    {
        await TrainAsync(ById);
        (await AskAsync("u4", "--history", "i1")).Failed(1, "--history", "reads no history");
        (await AskAsync("u4", "--at", "0")).Failed(1, "--at", "reads no time");
        ToolResult plain = (await AskAsync("--file", _data.Write("plain.jsonl", "{\"query\": \"u4\"}\n"))).Succeeded();
        ToolResult more = await AskAsync("--file", _data.Write("more.jsonl", "{\"query\": \"u4\", \"history\": [\"i1\", \"odd\"], \"at\": 7}\n"));
        Assert.Equal(plain.Output, more.Remarked("1 history was passed over: the model reads none.", "1 time was passed over: the model reads none.").Output);
        await TrainAsync($"{ById}, {ByHistory}, {{ \"type\": \"time\" }}");
        (await AskAsync("u4", "--history", "i1", "--at", "1700000000")).Succeeded();
    }

    private async Task TrainAsync(string features) =>
        (await _data.TrainAsync("--config", _data.Config("model", SmallData.Ids.Replace(ById, features, StringComparison.Ordinal)))).Succeeded();

    private Task<ToolResult> AskAsync(params string[] arguments) => InProcess.RunAsync(["query", _data.Model, "-k", "4", .. arguments]);
}
