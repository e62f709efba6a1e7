using System.Text.Json;
using System.Xml.Linq;
using ManagedRetrieval.Cli.Runs;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class BenchTests : IDisposable
{
    private readonly SmallData _data = new();

    private string Indexed => _data.At("indexed.safetensors");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_partitioned_index_is_measured_from_one_partition_to_all()
    {
        await TrainAsync();
        (await InProcess.RunAsync("index", _data.Model, "--out", Indexed, "--lists", "eight-bit", "--partitions", "4", "--probes", "2", "--rescored", "30")).Succeeded();
        ToolResult result = (await InProcess.RunAsync("bench", Indexed, "--exact", _data.Model, "-k", "5", "--queries", "10", "--json", _data.Json, "--out", _data.At("drawn"))).Succeeded();
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_data.Json));
        Assert.Equal(10, json.RootElement.GetProperty("queries").GetInt32());
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Equal(result.Table("search").Length, rows.Length);
        Assert.Equal(1, rows[0].GetProperty("recall").GetDouble());
        Assert.True(rows[0].GetProperty("is_exact").GetBoolean());
        Assert.Equal((2, 30), (rows[1].GetProperty("probes").GetInt32(), rows[1].GetProperty("rescored").GetInt32()));
        Assert.Equal([1, 2, 4], rows.Skip(1).Select(row => row.GetProperty("probes").GetInt32()).Distinct().Order());
        Assert.Equal([5, 20, 30, 40], rows.Skip(1).Select(row => row.GetProperty("rescored").GetInt32()).Distinct().Order());
        Assert.All(rows, row => Assert.True(row.GetProperty("queries_per_second").GetDouble() > 0 && row.GetProperty("batch_queries_per_second").GetDouble() > 0));

        // All partitions find at least what one finds.
        Assert.True(Recall(rows, 4) >= Recall(rows, 1));
        Assert.InRange(Recall(rows, 4), 0.9, 1);
        var drawing = XDocument.Load(_data.At("drawn/bench.svg"));
        Assert.All(drawing.Root!.DescendantsAndSelf(), element => Assert.Equal("http://www.w3.org/2000/svg", element.Name.NamespaceName));
        Assert.Contains("recall@5", drawing.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("one query at a time", drawing.Root.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("brute-force")]
    [InlineData("float16")]
    [InlineData("int8")]
    public async Task Every_kind_is_measured_against_the_file_that_it_was_built_of(string kind)
    {
        await TrainAsync();
        (await InProcess.RunAsync("index", _data.Model, "--out", Indexed, "--kind", kind)).Succeeded();
        string[] arguments = ["bench", Indexed, "--queries", "5", "--json", _data.Json];
        (await InProcess.RunAsync([.. arguments, "--exact", _data.Model, "--out", _data.At("drawn")])).Succeeded();
        Assert.True(File.Exists(_data.At("drawn/bench.svg")));
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_data.Json));
        Assert.Equal(2, json.RootElement.GetProperty("rows").GetArrayLength());
        if (kind == "brute-force")
        {
            (await InProcess.RunAsync(arguments)).Succeeded();
        }
        else
        {
            (await InProcess.RunAsync(arguments)).Failed(1, Indexed, "--exact");
        }
    }

    [Fact]
    public async Task Exact_answers_of_another_model_are_refused()
    {
        await TrainAsync();
        (await InProcess.RunAsync("index", _data.Model, "--out", Indexed, "--kind", "float16")).Succeeded();
        string other = _data.At("other");
        (await InProcess.RunAsync("train", "--data", _data.Csv, "--time", "time", "--config", _data.Config("ids"), "--seed", "9", "--epochs", "1", "--out", other)).Succeeded();
        (await InProcess.RunAsync("bench", Indexed, "--exact", Path.Combine(other, "model.safetensors"))).Failed(1, "other", "version");
        (await InProcess.RunAsync("bench", Indexed, "--exact", Indexed)).Failed(1, Indexed, "no index of plain float rows");
    }

    [Fact]
    public void The_best_rows_are_those_that_none_beats_in_recall_and_speed()
    {
        BenchRow[] rows = [Row(0.5, 100), Row(0.9, 60), Row(0.8, 50), Row(0.5, 90), Row(1, 10), Row(0.9, 60)];
        Assert.Equal([(0.5, 100.0), (0.9, 60.0), (1.0, 10.0)], BenchRow.Best(rows, row => row.QueriesPerSecond).Select(row => (row.Recall, row.QueriesPerSecond)));

        static BenchRow Row(double recall, double speed) => new() { Setting = "", Recall = recall, QueriesPerSecond = speed, BatchQueriesPerSecond = speed };
    }

    private static double Recall(JsonElement[] rows, int probes) => rows.Where(row => row.TryGetProperty("probes", out JsonElement count) && count.ValueKind == JsonValueKind.Number && count.GetInt32() == probes)
        .Max(row => row.GetProperty("recall").GetDouble());

    private async Task TrainAsync() => (await _data.TrainAsync("--config", _data.Config("ids"), "--epochs", "10")).Succeeded();
}
