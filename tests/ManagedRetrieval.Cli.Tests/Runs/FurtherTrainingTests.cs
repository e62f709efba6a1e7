using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>Training that begins with a saved model, that ends with the validation part, and that knows what is wrong.</summary>
public sealed class FurtherTrainingTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_model_begins_with_what_an_earlier_one_knows()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        string earlier = _data.At("earlier.safetensors");
        File.Move(_data.Model, earlier);
        string more = _data.WriteCsv("more.csv", [.. SmallData.Rows, ("new", "i1", 1_800_000_000), ("new", "fresh", 1_800_000_001), ("new", "i3", 1_800_000_002), ("new", "i2", 1_800_000_003)]);
        ToolResult result = (await InProcess.RunAsync(
            "train", "--data", more, "--time", "time", "--config", _data.At("ids.json"), "--from", earlier, "--epochs", "1", "--out", _data.Out, "--json", _data.Json)).Succeeded();

        // 30 users, what the first training saw of 40 items, and a shared row each; the new user and the new item have rows of their own.
        Assert.Contains("; 2 rows and 0 parameters are new.", result.Output, StringComparison.Ordinal);
        (await InProcess.RunAsync("query", _data.Model, "new", "-k", "3")).Succeeded();
        (await InProcess.RunAsync("train", "--data", more, "--config", _data.At("ids.json"), "--from", _data.At("nothing"), "--out", _data.Out)).Failed(1, "There is no model file");
    }

    [Fact]
    public async Task A_refitted_model_has_learnt_from_the_validation_part_and_is_the_same_again()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        byte[] plain = await File.ReadAllBytesAsync(_data.Model);
        string config = _data.Config("again", SmallData.Ids.Replace("\"epochs\": 3", "\"epochs\": 3, \"refit\": true", StringComparison.Ordinal));
        Assert.Contains("Training anew with the validation part", (await _data.TrainAsync("--config", config)).Succeeded().Output, StringComparison.Ordinal);
        byte[] refitted = await File.ReadAllBytesAsync(_data.Model);
        Assert.NotEqual(plain, refitted);
        Assert.Equal("30", SmallData.Figures(_data.Json, "data", "validation"));
        (await _data.EvaluateAsync(_data.At("again-figures.json"))).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again-figures.json"), "metrics", "test"));
        Assert.Equal(SmallData.Figures(_data.Json, "baselines"), SmallData.Figures(_data.At("again-figures.json"), "baselines"));
        Assert.Empty(Directory.GetFiles(_data.Out, "checkpoint*"));
        (await _data.TrainAsync("--config", config)).Succeeded();
        Assert.Equal(refitted, await File.ReadAllBytesAsync(_data.Model));
        Assert.Contains("Training anew with the validation part, 1 epoch.", (await _data.TrainAsync("--config", config, "--epochs", "1")).Succeeded().Lines);
    }

    [Fact]
    public async Task Items_known_to_be_wrong_change_what_is_learnt()
    {
        string rows = "user,item,time,wrong\n" + string.Concat(SmallData.Rows.Select((row, i) => $"{row.User},{row.Item},{row.Time},{(i % 2 == 0 ? "i5 i25" : "")}\n"));
        string data = _data.Write("wrong.csv", rows);
        (await InProcess.RunAsync("train", "--data", data, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out)).Succeeded();
        byte[] without = await File.ReadAllBytesAsync(_data.Model);
        (await InProcess.RunAsync("train", "--data", data, "--time", "time", "--negatives", "wrong", "--config", _data.At("ids.json"), "--out", _data.Out)).Succeeded();
        Assert.NotEqual(without, await File.ReadAllBytesAsync(_data.Model));
    }

    [Fact]
    public async Task A_column_of_weights_changes_what_is_learnt()
    {
        string data = _data.Write("stars.csv", "user,item,time,stars\n" + string.Concat(SmallData.Rows.Select((row, i) => $"{row.User},{row.Item},{row.Time},{1 + (i % 5)}\n")));
        (await InProcess.RunAsync("train", "--data", data, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out)).Succeeded();
        byte[] without = await File.ReadAllBytesAsync(_data.Model);
        (await InProcess.RunAsync("train", "--data", data, "--time", "time", "--weight", "stars", "--config", _data.At("ids.json"), "--out", _data.Out)).Succeeded();
        Assert.NotEqual(without, await File.ReadAllBytesAsync(_data.Model));
    }

    [Fact]
    public async Task Without_a_validation_part_the_averaged_weights_are_what_is_saved()
    {
        string train = _data.WriteAdjacency("train.txt", test: false), test = _data.WriteAdjacency("test.txt", test: true);
        string averaged = SmallData.Ids.Replace("\"learning_rate\": 0.05", "\"learning_rate\": 0.05, \"average_decay\": 0.9", StringComparison.Ordinal);
        Task<ToolResult> Train(string config) => InProcess.RunAsync("train", "--data", train, "--test", test, "--format", "adjacency", "--config", config, "--out", _data.Out);
        (await Train(_data.Config("ids"))).Succeeded();
        byte[] last = await File.ReadAllBytesAsync(_data.Model);
        (await Train(_data.Config("ids", averaged))).Succeeded();
        Assert.False(SameTensors(last, await File.ReadAllBytesAsync(_data.Model)));
    }

    [Fact]
    public async Task What_cannot_be_compared_or_asked_is_refused()
    {
        string other = _data.Config("other", SmallData.Ids.Replace("\"training\"", "\"split\": { \"type\": \"random\" }, \"training\"", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", _data.Config("ids"), "--config", other)).Failed(1, "'other' and 'ids' cannot be compared", "'split'");
        (await _data.TrainAsync("--config", _data.Config("random"))).Failed(1, "cannot be named 'random'");
        (await _data.TrainAsync("--preset", "two-tower-ids", "--negatives", "item")).Failed(1, "correct_sampling_bias");
        (await _data.TrainAsync("--preset", "sequence", "--epochs", "1", "--dimensions", "4")).Succeeded();
        (await InProcess.RunAsync("query", _data.Model, "u1")).Failed(1, "--history");
    }

    [Fact]
    public async Task A_constant_recency_groups_and_patterns_work_together()
    {
        string config = _data.Config("rich", """
            {
              "dimensions": 8,
              "query": { "features": [{ "type": "id", "from": "user" }, { "type": "constant" }], "join": "sum" },
              "candidate": {
                "features": [
                  { "type": "id", "from": "item" },
                  { "type": "text", "from": "title", "pattern": "^(Title)", "buckets": 64 },
                  { "type": "bucket", "name": "number", "from": "title", "pattern": "of (\\d+)$", "buckets": 4 }
                ]
              },
              "optimizer": { "learning_rate": 0.05, "groups": [{ "parameters": "query.constant", "frozen": true }] },
              "training": { "epochs": 2, "batch_size": 32, "recency": { "scale": 2, "power": 1 } }
            }
            """);
        (await _data.TrainAsync("--config", config, "--items", _data.ItemTable)).Succeeded();
        byte[] model = await File.ReadAllBytesAsync(_data.Model);
        (await _data.EvaluateAsync(_data.At("again.json"), "--items", _data.ItemTable)).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));
        foreach (string part in (string[])[", \"recency\": { \"scale\": 2, \"power\": 1 }", ", \"groups\": [{ \"parameters\": \"query.constant\", \"frozen\": true }]"])
        {
            string text = await File.ReadAllTextAsync(config);
            Assert.Contains(part, text, StringComparison.Ordinal);
            (await _data.TrainAsync("--config", _data.Config("rich-less", text.Replace(part, "", StringComparison.Ordinal)), "--items", _data.ItemTable)).Succeeded();
            Assert.False(SameTensors(model, await File.ReadAllBytesAsync(_data.Model)), part);
        }

        foreach ((string wrong, string right, string[] words) in new (string, string, string[])[]
        {
            ("^(Title)", "^Title", ["pattern", "group"]),
            ("^(Title)", "(", ["pattern"]),
            ("\"scale\": 2", "\"scale\": 0", ["training.recency.scale", "above 0"]),
            ("\"query.constant\"", "\"\"", ["groups[0].parameters"]),
        })
        {
            ToolResult result = await _data.TrainAsync("--config", _data.Config("wrong", (await File.ReadAllTextAsync(config)).Replace(wrong, right, StringComparison.Ordinal)), "--items", _data.ItemTable);
            result.Failed(1, words[0]);
            Assert.All(words, word => Assert.Contains(word, result.Errors, StringComparison.Ordinal));
        }
    }

    /// <summary>Whether the parameters are the same; the description that is saved beside them may differ.</summary>
    private static bool SameTensors(byte[] first, byte[] second)
    {
        return Tensors(first).SequenceEqual(Tensors(second));

        static ReadOnlySpan<byte> Tensors(byte[] file) => file.AsSpan(8 + (int)BitConverter.ToInt64(file));
    }
}
