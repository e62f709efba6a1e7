using System.Text.Json;
using AngleSharp.Html.Parser;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Tests.EndToEnd;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class TrainTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task The_format_of_a_file_makes_no_difference_to_the_model()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        byte[] expected = await File.ReadAllBytesAsync(_data.Model);
        string[][] others =
        [
            ["--data", _data.WriteCsv("named.csv", SmallData.Rows, "who,what,when"), "--user", "who", "--item", "what", "--time", "when"],
            ["--data", _data.WriteTsv("data.tsv"), "--time", "time"],
            ["--data", _data.WriteTsv("data.txt"), "--time", "time", "--format", "tsv"],
            ["--data", _data.WriteJsonLines("data.jsonl"), "--time", "time"],
            ["--data", await _data.WriteParquetAsync("data.parquet"), "--time", "time"],
        ];
        foreach (string[] other in others)
        {
            (await InProcess.RunAsync(["train", "--config", _data.At("ids.json"), "--out", _data.At("other"), .. other])).Succeeded();
            Assert.Equal(expected, await File.ReadAllBytesAsync(_data.At("other/model.safetensors")));
        }
    }

    [Fact]
    public async Task Given_files_for_the_test_are_not_learnt_from()
    {
        string train = _data.WriteAdjacency("train.txt", test: false), test = _data.WriteAdjacency("test.txt", test: true);
        (await InProcess.RunAsync(
            "train", "--data", train, "--test", test, "--format", "adjacency", "--config", _data.Config("ids"), "--out", _data.Out, "--json", _data.Json)).Succeeded();
        Assert.Equal("270", SmallData.Figures(_data.Json, "data", "train"));
        Assert.Equal("30", SmallData.Figures(_data.Json, "data", "test"));
        Assert.Equal("0", SmallData.Figures(_data.Json, "data", "validation"));
        (await InProcess.RunAsync("evaluate", _data.Model, "--data", train, "--test", test, "--format", "adjacency", "--json", _data.At("again.json"))).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));
    }

    [Theory]
    [InlineData("two-tower-ids", "recall@10", "--epochs", "3")]
    [InlineData("text", "recall@10", "--epochs", "2", "--dimensions", "8")]
    [InlineData("sequence", "recall@10", "--epochs", "2", "--dimensions", "8")]
    [InlineData("tfrs-basic", "factorized_top_k/top_10_categorical_accuracy", "--items", "items", "--epochs", "2")]
    public async Task A_preset_trains_and_is_measured_again_alike(string preset, string metric, params string[] arguments)
    {
        string[] items = arguments.Contains("--items") ? ["--items", _data.ItemTable] : [];
        string[] others = [.. arguments.Where(argument => argument is not ("--items" or "items"))];
        ToolResult result = (await _data.TrainAsync(["--preset", preset, .. items, .. others])).Succeeded();
        Assert.InRange(double.Parse(SmallData.Figures(_data.Json, "metrics", "test", metric), System.Globalization.CultureInfo.InvariantCulture), 0.01, 1);
        Assert.Contains(result.Table("metric"), line => line.StartsWith(metric + " ", StringComparison.Ordinal));
        (await _data.EvaluateAsync(_data.At("again.json"), items)).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));
        Assert.Equal(SmallData.Figures(_data.Json, "baselines"), SmallData.Figures(_data.At("again.json"), "baselines"));
    }

    [Fact]
    public async Task Figures_are_as_documented()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(_data.Json));
        JsonElement root = document.RootElement;
        Assert.All((string[])["validation", "test"], part => Assert.All(
            (string[])["recall@1", "recall@10", "ndcg@10", "recall@100", "mrr"],
            metric => Assert.InRange(root.GetProperty("metrics").GetProperty(part).GetProperty(metric).GetDouble(), 0, 1)));
        Assert.Equal(1, root.GetProperty("metrics").GetProperty("test").GetProperty("recall@50").GetDouble());
        Assert.All((string[])["item-kNN", "most popular", "random"], baseline => Assert.InRange(root.GetProperty("baselines").GetProperty(baseline).GetProperty("recall@10").GetDouble(), 0.001, 1));
        Assert.Equal(SmallData.Figures(_data.Json, "metrics", "test"), SmallData.Figures(_data.Json, "models", "ids"));
        Assert.True(root.GetProperty("training_seconds").GetDouble() > 0);
        Assert.Equal([1, 2, 3], root.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("epoch").GetInt32()));
        JsonElement[] epochs = [.. root.GetProperty("epochs").EnumerateArray()];
        Assert.True(epochs[^1].GetProperty("loss").GetDouble() < epochs[0].GetProperty("loss").GetDouble());
        int best = root.GetProperty("best_epoch").GetInt32();
        Assert.Equal(
            epochs.Max(epoch => epoch.GetProperty("validation").GetProperty("ndcg@10").GetDouble()), epochs[best - 1].GetProperty("validation").GetProperty("ndcg@10").GetDouble());
        Assert.Equal((SmallData.Users, SmallData.Items), (root.GetProperty("data").GetProperty("users").GetInt32(), root.GetProperty("data").GetProperty("items").GetInt32()));
    }

    [Fact]
    public async Task The_doctor_speaks_at_the_end_of_each_epoch_and_tells_which_part_of_it_he_took()
    {
        // At the end of the first epoch, before the second has begun, what follows is not known yet.
        using var cancellation = new CancellationTokenSource();
        using var output = new WatchedWriter("    ndcg@10 ", cancellation.Cancel);
        ToolResult first = await RepeatedTrainingTests.RunAsync(output, cancellation.Token, "train", "--data", _data.Csv, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out);
        first.Failed(130, "Interrupted.");
        Assert.DoesNotContain("epoch 2/3", first.Output, StringComparison.Ordinal);
        string said = Assert.Single(first.Lines, line => line.StartsWith("    ndcg@10 ", StringComparison.Ordinal));
        Assert.All((string[])[", rank ", "/8, norms ", ", ties ", ", coverage ", ", masked ", ", doctor "], figure => Assert.Contains(figure, said, StringComparison.Ordinal));

        (await _data.TrainAsync("--config", _data.At("ids.json"))).Succeeded();
        using var document = JsonDocument.Parse(SmallData.Figures(_data.Json, "epochs"));
        Assert.All(document.RootElement.EnumerateArray(), epoch =>
        {
            double share = epoch.GetProperty("doctor").GetProperty("share_of_epoch").GetDouble();
            Assert.InRange(share, double.Epsilon, 1);
            Assert.Equal(epoch.GetProperty("doctor").GetProperty("milliseconds").GetDouble(), 1000 * share * epoch.GetProperty("seconds").GetDouble(), 1e-6);
        });
    }

    [Fact]
    public async Task On_a_terminal_the_doctor_speaks_above_the_bar_once_an_epoch()
    {
        ToolResult result = (await InProcess.RunAsync(
            () => throw new InvalidOperationException(), new StringWriter(), live: true, CancellationToken.None, "train", "--data", _data.Csv, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out)).Succeeded();
        Assert.Equal(3, result.Output.Split("    ndcg@10 0.").Length - 1);
        Assert.Contains("Training: epoch 3/3", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_models_and_seeds_are_compared_and_the_first_model_is_kept()
    {
        ToolResult result = (await _data.TrainAsync("--config", _data.Config("first"), "--config", _data.Config("second", SmallData.Ids.Replace("\"epochs\": 3", "\"epochs\": 1", StringComparison.Ordinal)), "--seeds", "2")).Succeeded();
        Assert.Contains("means over 2 seeds", result.Output, StringComparison.Ordinal);
        Assert.All((string[])["first, seed 1", "first, seed 2", "second, seed 1", "second, seed 2"], heading => Assert.Contains(heading, result.Lines));
        Assert.Contains(result.Lines, line => line.StartsWith("metric ", StringComparison.Ordinal) && line.Contains("first", StringComparison.Ordinal) && line.Contains("second", StringComparison.Ordinal));
        Assert.Contains("\"first\":\"second\",\"second\":\"first\"", SmallData.Figures(_data.Json, "differences"), StringComparison.Ordinal);
        Assert.Equal(["model.safetensors", "report.html"], Directory.GetFiles(_data.Out).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // What is kept is one of the first model's two trainings.
        ulong seed = ulong.Parse(SmallData.Figures(_data.Json, "seed"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(seed, 1UL, 2UL);
        (await InProcess.RunAsync("train", "--data", _data.Csv, "--time", "time", "--config", _data.At("first.json"), "--seed", $"{seed}", "--out", _data.At("one"), "--json", _data.At("one.json"))).Succeeded();
        (await _data.EvaluateAsync(_data.At("again.json"))).Succeeded();
        Assert.Equal(SmallData.Figures(_data.At("one.json"), "metrics", "test"), SmallData.Figures(_data.At("again.json"), "metrics", "test"));
    }

    [Fact]
    public async Task The_report_is_a_page_with_figures_and_without_scripts_from_elsewhere()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"), "--items", _data.ItemTable, "--label", "title", "--group", "genres")).Succeeded();
        string html = await File.ReadAllTextAsync(_data.Report);
        using AngleSharp.Html.Dom.IHtmlDocument page = new HtmlParser().ParseDocument(html);
        Assert.NotEmpty(page.QuerySelectorAll("svg"));
        Assert.Contains("Title 3 of 3", html, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll("script[src], link[href], img[src^=http]"));
        SafetensorsFile model = SafetensorsFile.Load(_data.Model);
        Assert.Equal([SmallData.Items, 8], model.GetInfo("index.embeddings").Shape);
    }

    [Fact]
    public async Task A_column_that_features_read_as_a_list_or_number_can_still_name_and_group_items()
    {
        string model = SmallData.Ids.Replace(
            "{ \"type\": \"id\", \"from\": \"item\" }", """{ "type": "list", "from": "genres", "separator": "|" }, { "type": "number", "from": "price" }""", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("lists", model), "--items", _data.ItemTable, "--label", "price", "--group", "genres")).Succeeded();
        string html = await File.ReadAllTextAsync(_data.Report);
        Assert.Contains("58.5", html, StringComparison.Ordinal);
        Assert.Contains("drama", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_all_rows_of_the_table_are_candidates_baselines_rank_them_too()
    {
        const int More = 100;
        string items = _data.Write("more.csv", await File.ReadAllTextAsync(_data.ItemTable) + string.Concat(Enumerable.Range(SmallData.Items, More).Select(i => $"i{i},Title of {i},war|g1,1,0|0\n")));
        string some = SmallData.Ids.Replace("\"task\"", "\"evaluation\": { \"exclude_seen\": false, \"all_items\": false }, \"task\"", StringComparison.Ordinal);
        string[] arguments = ["--items", items, "--label", "title"];
        (await _data.TrainAsync(["--config", _data.Config("some", some), .. arguments])).Succeeded();
        string popular = SmallData.Figures(_data.Json, "baselines", "most popular", "recall@10");
        Assert.Equal(10.0 / SmallData.Items, double.Parse(SmallData.Figures(_data.Json, "baselines", "random", "recall@10"), System.Globalization.CultureInfo.InvariantCulture), 1e-9);
        (await _data.TrainAsync(["--config", _data.Config("all", some.Replace("\"all_items\": false", "\"all_items\": true", StringComparison.Ordinal)), .. arguments])).Succeeded();
        Assert.Equal(10.0 / (SmallData.Items + More), double.Parse(SmallData.Figures(_data.Json, "baselines", "random", "recall@10"), System.Globalization.CultureInfo.InvariantCulture), 1e-9);
        Assert.Equal($"{SmallData.Items + More}", SmallData.Figures(_data.Json, "data", "items"));

        // Nobody has met the further items, so the most popular of all are those of some.
        Assert.Equal(popular, SmallData.Figures(_data.Json, "baselines", "most popular", "recall@10"));
        (await _data.EvaluateAsync(_data.At("again.json"), "--items", items)).Succeeded();
        Assert.Equal(SmallData.Figures(_data.Json, "baselines"), SmallData.Figures(_data.At("again.json"), "baselines"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_tutorials_preset_knows_every_title_of_the_table_and_every_user(bool all)
    {
        string items = _data.Write("more.csv", await File.ReadAllTextAsync(_data.ItemTable) + "i40,Never met,war|g1,1,0|0\n");
        string data = _data.WriteCsv("last.csv", [.. SmallData.Rows, ("only", "i1", 1_900_000_000)]);
        string preset = ModelFile.Write(ModelFile.Preset("tfrs-basic") with { Split = new() { Type = SplitKind.Latest, ValidationShare = 0, TestShare = 0.003 } });
        string config = _data.Config("tutorial", all ? preset : preset.Replace("\"fit_on_all\":true", "\"fit_on_all\":false", StringComparison.Ordinal));
        (await InProcess.RunAsync("train", "--data", data, "--time", "time", "--items", items, "--config", config, "--epochs", "1", "--out", _data.Out, "--json", _data.Json)).Succeeded();
        Assert.Equal("1", SmallData.Figures(_data.Json, "data", "test"));
        SafetensorsFile model = SafetensorsFile.Load(_data.Model);

        // One row more is for all that is unknown.
        long[] rows = [.. model.Tensors.Where(tensor => tensor.Name.EndsWith(".table", StringComparison.Ordinal)).Select(tensor => tensor.Shape[0]).Order()];
        Assert.Equal(all ? [SmallData.Users + 2, SmallData.Items + 2] : [SmallData.Users + 1, SmallData.Items + 1], rows);
    }

    [Fact]
    public async Task Where_nothing_is_held_out_training_says_so_and_evaluation_refuses()
    {
        string few = _data.WriteCsv("few.csv", SmallData.Rows.Take(2 * SmallData.Users));
        ToolResult result = (await InProcess.RunAsync("train", "--data", few, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out, "--json", _data.Json)).Succeeded();
        Assert.Contains("Nothing was held out for the test", result.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was held out for validation", result.Output, StringComparison.Ordinal);
        Assert.Equal("{}", SmallData.Figures(_data.Json, "metrics"));
        (await InProcess.RunAsync("evaluate", _data.Model, "--data", few, "--time", "time")).Failed(1, "Nothing was held out");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(4)]
    [InlineData(2)]
    public async Task One_user_is_enough(int interactions)
    {
        string one = _data.WriteCsv("one.csv", SmallData.Rows.Where(row => row.User == "u3").Take(interactions));
        (await InProcess.RunAsync("train", "--data", one, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out)).Succeeded();
        Assert.True(File.Exists(_data.Report));
    }
}
