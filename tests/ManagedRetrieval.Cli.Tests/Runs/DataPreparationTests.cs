using System.Globalization;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>Times as dates, interactions that are left out, and negatives that are searched for.</summary>
public sealed class DataPreparationTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Dates_are_milliseconds_and_a_model_that_reads_seconds_is_refused()
    {
        string seconds = SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", """{ "type": "id", "from": "user" }, { "type": "time" }""", StringComparison.Ordinal);
        string milliseconds = _data.Config("milliseconds", seconds.Replace("\"type\": \"time\"", "\"type\": \"time\", \"unit\": \"milliseconds\"", StringComparison.Ordinal));
        string numbers = _data.WriteCsv("numbers.csv", SmallData.Rows.Select(row => (row.User, row.Item, row.Time * 1000)));
        string dates = _data.Write("dates.csv", "user,item,time\n" + string.Concat(SmallData.Rows.Select(row =>
            $"{row.User},{row.Item},{DateTimeOffset.FromUnixTimeSeconds(row.Time).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}\n")));
        Task<ToolResult> Train(string data, string config, params string[] format) => InProcess.RunAsync(["train", "--data", data, "--time", "time", "--config", config, "--out", _data.Out, .. format]);
        (await Train(numbers, milliseconds, "--time-format", "number")).Succeeded();
        byte[] expected = await File.ReadAllBytesAsync(_data.Model);
        (await Train(dates, milliseconds, "--time-format", "date")).Succeeded();
        Assert.Equal(expected, await File.ReadAllBytesAsync(_data.Model));
        (await InProcess.RunAsync("evaluate", _data.Model, "--data", dates, "--time", "time", "--time-format", "date")).Succeeded();
        (await InProcess.RunAsync("evaluate", _data.Model, "--data", dates)).Failed(1, "reads the time of a query", "--time");
        (await Train(dates, milliseconds)).Failed(1, "dates.csv", "column 'time'");
        (await Train(dates, _data.Config("seconds", seconds), "--time-format", "date")).Failed(1, "'seconds'", "'time'", "\"unit\": \"milliseconds\"");
        (await Train(dates, milliseconds, "--time-format", "dates")).Failed(2, "'dates'", "--help");
    }

    [Fact]
    public async Task Duplicates_and_what_is_seldom_are_left_out_before_the_data_is_cut()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        string figures = SmallData.Figures(_data.Json, "metrics"), epochs = Losses();
        (string, string, long)[] more =
        [
            .. SmallData.Rows, .. SmallData.Rows.Take(40).Select(row => (row.User, row.Item, 1_800_000_000L)),
            ("seldom", "i1", 1_800_000_001), ("seldom", "rare", 1_800_000_002), ("u1", "rare", 1_800_000_003),
        ];
        string data = _data.WriteCsv("more.csv", more);

        // Every user of the small data has ten interactions, and every item at least three.
        Assert.True(SmallData.Rows.GroupBy(row => row.Item).Min(item => item.Count()) >= 3);
        string thinned = SmallData.Ids.Replace(
            "\"task\"", "\"split\": { \"duplicates\": \"keep_first\", \"minimum_per_user\": 3, \"minimum_per_item\": 3 }, \"task\"", StringComparison.Ordinal);
        string[] arguments = ["--data", data, "--time", "time", "--workers", "2"];
        ToolResult result = (await InProcess.RunAsync(["train", .. arguments, "--config", _data.Config("thinned", thinned), "--out", _data.Out, "--json", _data.Json])).Succeeded();
        Assert.Contains("300 of 343 interactions are left", result.Output, StringComparison.Ordinal);
        Assert.Equal(figures, SmallData.Figures(_data.Json, "metrics"));
        Assert.Equal(epochs, Losses());

        // An evaluation of the model leaves out the same.
        (await InProcess.RunAsync(["evaluate", _data.Model, .. arguments, "--json", _data.At("again.json")])).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));

        foreach ((string wrong, string[] words) in new (string, string[])[] { ("\"minimum_per_user\": 400", ["more.csv", "0 interactions"]), ("\"minimum_per_user\": 3", ["'wrong'", "--test"]) })
        {
            string config = _data.Config("wrong", thinned.Replace("\"minimum_per_user\": 3", wrong, StringComparison.Ordinal));
            string[] test = words.Contains("--test") ? ["--test", data] : [];
            (await InProcess.RunAsync(["train", .. arguments, "--config", config, "--out", _data.At("none"), .. test])).Failed(1, words);
        }
    }

    [Fact]
    public async Task Negatives_that_are_searched_for_change_what_is_learnt_and_need_hits_removed()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        string without = Losses();
        string hard = SmallData.Ids.Replace("\"epochs\": 3", "\"epochs\": 3, \"hard_negatives\": { \"every_steps\": 4, \"per_query\": 2, \"skip\": 1 }", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("hard", hard))).Succeeded();
        string with = Losses();
        Assert.NotEqual(without, with);
        (await _data.TrainAsync("--config", _data.Config("skipped", hard.Replace("\"skip\": 1", "\"skip\": 5", StringComparison.Ordinal)))).Succeeded();
        Assert.NotEqual(with, Losses());
        (await _data.TrainAsync("--config", _data.Config("kept", hard.Replace("\"temperature\": 0.1", "\"remove_accidental_hits\": false", StringComparison.Ordinal))))
            .Failed(1, "kept.json", "line 5", "task.remove_accidental_hits is false, expected true with hard_negatives");
    }

    private string Losses()
    {
        using var document = System.Text.Json.JsonDocument.Parse(SmallData.Figures(_data.Json, "epochs"));
        return string.Join(" ", document.RootElement.EnumerateArray().Select(epoch => epoch.GetProperty("loss").GetRawText()));
    }
}
