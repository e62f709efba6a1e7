using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class FeatureDescriptionTests : IDisposable
{
    private const string User = """{ "type": "id", "from": "user" }""", Item = """{ "type": "id", "from": "item" }""";

    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(User, Item)]
    [InlineData("""{ "type": "id", "from": "about", "name": "words", "minimum_count": 2, "out_of_vocabulary_buckets": 3, "dimensions": 4 }""", Item)]
    [InlineData("""{ "type": "hash", "from": "user", "buckets": 50, "hashes": 2 }""", """{ "type": "hash", "from": "item", "buckets": 20 }""")]
    [InlineData("""{ "type": "text", "from": "about", "buckets": 64, "combiner": "sum" }, { "type": "id", "from": "user" }""", """{ "type": "text", "from": "title", "buckets": 64, "minimum_character_ngram": 0, "maximum_character_ngram": 0 }""")]
    [InlineData(User, """{ "type": "list", "from": "genres", "separator": "|", "learn_weights": true }, { "type": "id", "from": "item", "dimensions": 4 }""")]
    [InlineData("""{ "type": "history", "encoder": "mean", "table": "item" }""", """{ "type": "id", "from": "item", "table": "item" }""")]
    [InlineData("""{ "type": "history", "encoder": "attention", "maximum_length": 5, "hidden": 6 }""", Item)]
    [InlineData("""{ "type": "history", "encoder": "recurrent", "dimensions": 4, "hidden": 6 }""", Item)]
    [InlineData("""{ "type": "history", "encoder": "causal_attention", "blocks": 1, "dropout": 0.1, "maximum_length": 6 }""", Item)]
    [InlineData("""{ "type": "number", "from": "age" }, { "type": "id", "from": "user" }""", """{ "type": "number", "from": "price", "transform": "log", "clip": 3 }, { "type": "id", "from": "item" }""")]
    [InlineData("""{ "type": "bucket", "from": "age", "buckets": 5 }""", """{ "type": "bucket", "from": "price" }""")]
    [InlineData("""{ "type": "time", "cycles": "day", "offset_minutes": 60 }, { "type": "id", "from": "user" }""", Item)]
    [InlineData("""{ "type": "time_bucket", "buckets": "hour_of_week", "unit": "seconds" }, { "type": "id", "from": "user" }""", Item)]
    [InlineData(User, """{ "type": "vector", "from": "vec", "width": 2, "separator": "|" }""")]
    public Task A_feature_is_trained_saved_and_measured_again_alike(string query, string candidate) => TrainAndEvaluateAsync(Model(query, candidate));

    [Theory]
    [InlineData("""{ "type": "dense", "units": 12, "activation": "tanh", "layer_norm": true, "dropout": 0.2 }, { "type": "linear" }""", "\"normalize\": false")]
    [InlineData("""{ "type": "cross", "layers": 2, "rank": 3 }, { "type": "dense", "units": 8, "residual": true }""", "\"matryoshka\": [2, 4]")]
    public Task Layers_are_trained_saved_and_measured_again_alike(string layers, string further) => TrainAndEvaluateAsync(
        $$"""{ "dimensions": 8, {{further}}, "query": { "features": [{{User}}], "layers": [{{layers}}] }, "candidate": { "features": [{{Item}}] }, "training": { "epochs": 2, "batch_size": 32 } }""");

    [Theory]
    [InlineData("\"task\": { \"loss\": \"sigmoid\", \"temperature\": 0.2, \"learn_temperature\": true }")]
    [InlineData("\"task\": { \"loss\": \"bpr\", \"symmetric\": true }")]
    [InlineData("\"task\": { \"loss\": \"hinge\", \"reduction\": \"sum\" }")]
    [InlineData("\"task\": { \"label_smoothing\": 0.1, \"remove_known_positives\": true, \"remove_accidental_hits\": false }")]
    [InlineData("\"optimizer\": { \"type\": \"adam_w\", \"weight_decay\": 0.01, \"schedule\": \"cosine\", \"warm_up_steps\": 5, \"average_decay\": 0.9 }")]
    [InlineData("\"optimizer\": { \"type\": \"adagrad\", \"learning_rate\": 0.1, \"maximum_gradient_norm\": 1 }")]
    [InlineData("\"optimizer\": { \"type\": \"row_wise_adagrad\", \"schedule\": \"inverse_square_root\", \"warm_up_steps\": 3 }")]
    [InlineData("\"optimizer\": { \"type\": \"sgd\", \"momentum\": 0.9 }")]
    [InlineData("\"split\": { \"type\": \"random\", \"validation_share\": 0.2, \"test_share\": 0.2 }, \"evaluation\": { \"each_interaction\": true, \"ks\": [3], \"exclude_seen\": false }")]
    [InlineData("\"split\": { \"type\": \"latest\" }, \"embedding_scale\": 0.2")]
    public Task Every_part_of_a_description_is_trained_and_measured_again_alike(string part) => TrainAndEvaluateAsync(
        $$"""{ "dimensions": 8, {{part}}, "query": { "features": [{{User}}] }, "candidate": { "features": [{{Item}}] }, "training": { "epochs": 2, "batch_size": 32, "metric": "recall@3", "correct_sampling_bias": true, "sampled_negatives": 8, "patience": 1 } }""");

    [Theory]
    [InlineData("number", "u(\\\\d+)", "i(\\\\d)")]
    [InlineData("bucket", "(\\\\d)$", "i(\\\\d+)")]
    public async Task A_number_in_a_key_needs_no_table(string type, string user, string item)
    {
        string model = Model($$"""{ "type": "{{type}}", "from": "user", "pattern": "{{user}}" }""", $$"""{ "type": "{{type}}", "from": "item", "pattern": "{{item}}" }""");
        (await _data.TrainAsync("--config", _data.Config("keys", model))).Succeeded();
        (await _data.EvaluateAsync(_data.At("again.json"))).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));
    }

    [Fact]
    public async Task A_key_that_is_a_number_is_one_without_a_pattern()
    {
        string data = _data.WriteCsv("numbers.csv", SmallData.Rows.Select(row => (row.User[1..], row.Item, row.Time)));
        var figures = new List<string>();
        foreach (string pattern in (string[])["", ", \"pattern\": \"^(.*)$\"", ", \"pattern\": \"(.)$\""])
        {
            string config = _data.Config("keys", Model($$"""{ "type": "number", "from": "user"{{pattern}} }""", Item));
            (await InProcess.RunAsync("train", "--data", data, "--time", "time", "--config", config, "--out", _data.Out, "--json", _data.Json)).Succeeded();
            figures.Add(SmallData.Figures(_data.Json, "metrics"));
        }

        Assert.Equal(figures[0], figures[1]);
        Assert.NotEqual(figures[0], figures[2]);
    }

    [Fact]
    public async Task Comments_and_trailing_commas_are_no_mistake()
    {
        string model = "// a model\n" + SmallData.Ids.Replace("\"batch_size\": 32 }", "\"batch_size\": 32, }, /* the end */", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("commented", model), "--epochs", "1")).Succeeded();
    }

    private static string Model(string query, string candidate) =>
        $$"""{ "dimensions": 8, "query": { "features": [{{query}}] }, "candidate": { "features": [{{candidate}}] }, "training": { "epochs": 2, "batch_size": 32 } }""";

    private async Task TrainAndEvaluateAsync(string model)
    {
        string[] tables = ["--items", _data.ItemTable, "--users", _data.UserTable];
        (await _data.TrainAsync(["--config", _data.Config("described", model), .. tables])).Succeeded();
        ToolResult again = (await _data.EvaluateAsync(_data.At("again.json"), tables)).Succeeded();
        Assert.NotEmpty(again.Table("metric"));
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));
    }
}
