using ManagedRetrieval.Cli.Tests.EndToEnd;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class DataFailureTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("user,item,time\n", "there are no rows")]
    [InlineData("\n\n", "only empty lines")]
    [InlineData("who,what,when\na,b,1\n", "line 1", "no column 'user', only 'who', 'what', 'when'", "by --user.")]
    [InlineData("user,item\na,b\n", "line 1", "no column 'time', only 'user', 'item'", "by --time.")]
    [InlineData("user,item,time\na,b,1\na,c,2\na,d,3\nb,b,4\nb,c,5\nb,d,noon\n", "line 7", "column 'time' is 'noon'")]
    [InlineData("user,item,time\na,b,1\n,c,2\n", "line 3", "column 'user' is empty")]
    [InlineData("user,item,time\na,b,1\n", "has 1 interaction, expected at least 2")]
    public async Task A_wrong_file_is_refused_by_name_and_line(string text, params string[] problems)
    {
        string file = _data.Write("wrong.csv", text);
        (await TrainAsync(file)).Failed(1, [file, .. problems]);
        Assert.False(Directory.Exists(_data.Out));
    }

    [Theory]
    [InlineData("data.csv", "who,item,time\na,b,1\n", "--user")]
    [InlineData("data.csv", "user,what,time\na,b,1\n", "--item")]
    [InlineData("data.tsv", "user\titem\twhen\na\tb\t1\n", "--time")]
    [InlineData("data.jsonl", "{\"who\": \"a\", \"item\": \"b\", \"time\": 1}\n", "--user")]
    [InlineData("data.jsonl", "{\"user\": \"a\", \"item\": \"b\", \"time\": 1}\n", "--weight", "--weight", "stars")]
    [InlineData("data.csv", "user,item,time\na,b,1\n", "--negatives", "--negatives", "seen")]
    [InlineData("data.adj", "1 2 3\n", "--item", "--item", "movie")]
    public async Task A_column_that_is_not_there_is_told_of_with_the_option_that_names_it(string name, string text, string option, params string[] arguments)
    {
        string file = _data.Write(name, text);
        (await InProcess.RunAsync(["train", "--data", file, "--config", _data.Config("ids"), "--out", _data.Out, .. name.EndsWith("adj", StringComparison.Ordinal) ? (string[])[] : ["--time", "time"], .. arguments]))
            .Failed(1, file, $"Name the column by {option}.");
    }

    [Fact]
    public async Task A_column_that_a_table_does_not_have_is_told_of_with_the_option_that_names_it()
    {
        string items = _data.Write("items.csv", "id,title\ni1,One\n"), users = _data.Write("users.csv", "id,age\nu1,3\n");
        (await _data.TrainAsync("--config", _data.Config("ids"), "--items", items, "--label", "title")).Failed(1, items, "'item'", "Name the column by --item-id.");
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--items", items, "--item-id", "id", "--label", "name")).Failed(1, items, "'name'", "Name the column by --label.");
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--items", items, "--item-id", "id", "--group", "kind")).Failed(1, items, "'kind'", "Name the column by --group.");
        string byAge = _data.Config("age", SmallData.Ids.Replace("\"from\": \"user\"", "\"from\": \"age\"", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", byAge, "--users", users)).Failed(1, users, "'user'", "Name the column by --user-id.");
    }

    [Fact]
    public async Task A_row_without_a_property_that_others_have_is_told_of_without_an_option()
    {
        string file = _data.Write("data.jsonl", "{\"user\": \"a\", \"item\": \"b\"}\n{\"item\": \"b\"}\n");
        ToolResult result = await InProcess.RunAsync("train", "--data", file, "--config", _data.Config("ids"), "--out", _data.Out);
        result.Failed(1, file, "line 2", "no property 'user'");
        Assert.DoesNotContain("--user", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_tells_no_format_is_refused_by_name()
    {
        (await TrainAsync(_data.At("none.csv"))).Failed(1, _data.At("none.csv"));
        (await TrainAsync(_data.Write("data.dat", "user,item,time\n"))).Failed(1, "data.dat", "'.dat'", ".csv", "--format");
        (await TrainAsync(Directory.CreateDirectory(_data.At("folder.csv")).FullName)).Failed(1, "folder.csv");
        (await _data.TrainAsync("--config", _data.Config("ids"), "--items", _data.At("none.csv"), "--label", "title")).Failed(1, _data.At("none.csv"));
    }

    [Fact]
    public async Task A_line_without_end_is_refused_and_not_held_in_memory()
    {
        string file = _data.Write("long.csv", "user,item,time\na,b,1\n");
        await using (FileStream stream = File.OpenWrite(file))
        {
            stream.SetLength(100 << 20);
        }

        (await TrainAsync(file)).Failed(1, file, "line 3", $"more than {RowSourceOptions.DefaultMaximumRecordBytes} bytes");
    }

    [Fact]
    public async Task Half_a_Parquet_file_is_refused_by_name()
    {
        string file = await _data.WriteParquetAsync("data.parquet");
        byte[] whole = await File.ReadAllBytesAsync(file);
        foreach (int length in (int[])[whole.Length / 2, whole.Length - 1, 4, 1])
        {
            await File.WriteAllBytesAsync(file, whole[..length]);
            (await TrainAsync(file)).Failed(1, file);
        }
    }

    [Fact]
    public async Task Files_for_validation_and_test_are_held_to_the_same()
    {
        string other = _data.WriteCsv("other.csv", SmallData.Rows, "who,what,when");
        (await _data.TrainAsync("--config", _data.Config("ids"), "--test", other)).Failed(1, other, "line 1", "'who', 'what', 'when'");
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--test", _data.Csv, "--validation", other)).Failed(1, other, "line 1", "'who', 'what', 'when'");
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--validation", _data.Csv)).Failed(1, "--validation", "--test");
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--test", _data.At("none.csv"))).Failed(1, _data.At("none.csv"));
    }

    [Fact]
    public async Task A_split_by_time_needs_times()
    {
        string model = SmallData.Ids.Replace("\"task\": {", "\"split\": { \"type\": \"latest\" }, \"task\": {", StringComparison.Ordinal);
        (await InProcess.RunAsync("train", "--data", _data.Csv, "--config", _data.Config("latest", model), "--out", _data.Out)).Failed(1, "'latest'", "the latest interactions", "--time");
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_may_be_left_out_and_are_counted()
    {
        string file = _data.WriteCsv("some.csv", SmallData.Rows);
        await File.AppendAllTextAsync(file, "u1,i1,noon\nu2,i2,night\n");
        ToolResult result = (await InProcess.RunAsync("train", "--data", file, "--time", "time", "--skip-bad-rows", "--config", _data.Config("ids"), "--out", _data.Out)).Succeeded();
        Assert.Contains(result.Lines, line => line.StartsWith("2 rows were left out.", StringComparison.Ordinal) && line.Contains("line 302", StringComparison.Ordinal) && line.Contains("noon", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Training_that_leaves_the_numbers_is_told_of()
    {
        string model = SmallData.Ids.Replace("0.05", "1e30, \"type\": \"sgd\"", StringComparison.Ordinal).Replace("\"dimensions\": 8", "\"dimensions\": 8, \"normalize\": false", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("wild", model))).Failed(1, "epoch 1", "A smaller learning rate may help");
    }

    [Fact]
    public async Task A_file_of_another_kind_is_no_model()
    {
        (await InProcess.RunAsync("evaluate", _data.At("none"), "--data", _data.Csv)).Failed(1, "no model file", _data.At("none"));
        foreach (string[] command in (string[][])[["query", _data.Csv, "u1"], ["evaluate", _data.Csv, "--data", _data.Csv], ["inspect", _data.Csv]])
        {
            (await InProcess.RunAsync(command)).Failed(1, _data.Csv, "no whole safetensors file");
        }

        var feature = new TextFeature(new TextFeatureOptions { Buckets = 8 });
        var texts = new TwoTowerModel<string, string>(feature, feature, new TwoTowerOptions { Dimensions = 2 });
        string quick = _data.At("quick.safetensors");
        await Retriever<string, string, string>.Build(texts, ["a", "b"], ["a", "b"]).SaveAsync(quick);
        (await InProcess.RunAsync("evaluate", quick, "--data", _data.Csv)).Failed(1, quick, "no model that 'train' saved");

        var tensors = new SafetensorsWriter();
        tensors.Add("weight", new float[] { 1 }, 1);
        tensors.Write(quick);
        (await InProcess.RunAsync("evaluate", quick, "--data", _data.Csv)).Failed(1, quick, "no model that 'train' saved");
        (await InProcess.RunAsync("query", quick, "u1")).Failed(1, quick);
    }

    [Fact]
    public async Task A_model_that_reads_times_or_tables_is_evaluated_only_with_them()
    {
        string model = SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"item\" }", "{ \"type\": \"id\", \"from\": \"title\" }", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("titles", model), "--items", _data.ItemTable)).Succeeded();
        (await _data.EvaluateAsync(_data.At("again.json"))).Failed(1, "'title'", "--items");
        Assert.False(File.Exists(_data.At("again.json")));
    }

    private Task<ToolResult> TrainAsync(string file) =>
        InProcess.RunAsync("train", "--data", file, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out);
}
