using System.Globalization;
using System.Text.Json;
using ManagedRetrieval.Cli.Quickstart;
using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

[Collection(FinishedQuickstartTests.Name)]
public class QuickstartTests(FinishedQuickstart first)
{
    private static readonly string[] Methods = ["model", "bm25", "most_frequent", "random"];

    [Fact]
    public void It_tells_what_it_reads_learns_reaches_and_answers()
    {
        ToolResult result = first.Result.Succeeded();
        ReferenceDocsDataset docs = ReferenceDocsDataset.Load(first.Pack.Pack!);
        Assert.Contains("Reading the documentation of .NET 1.2.3 …", result.Lines);
        Assert.Contains(
            $"{docs.Candidates.Count} APIs; {docs.Train.Count} sentences to learn from, {docs.Validation.Count} for validation, {docs.Test.Count} for the test.", result.Lines);
        Assert.Contains("Training 2 epochs on 1 worker, seed 1.", result.Lines);
        Assert.Equal(2, result.Lines.Count(line => line.StartsWith("  epoch ", StringComparison.Ordinal)));
        Assert.Contains($"Share of {docs.Test.Count} unseen sentences whose API is among the first k of 400, in percent:", result.Lines);
        string[][] figures = [.. result.Table("               ").Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        Assert.Equal(["this model", "BM25", "most frequent", "random"], figures.Take(4).Select(row => row[0]));
        Assert.Equal(["0.25", "1.25", "2.50", "12.50", "25.00", "0.0164"], figures[3][1..]);
        for (int sentence = 0; sentence < 5; sentence++)
        {
            string[] answers = result.Table("rank", sentence);
            Assert.Equal(10, answers.Length);
            Assert.All(answers, answer => Assert.Contains(answer.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], docs.Candidates));
        }

        Assert.Contains($"Saved to {Path.Combine("out", "model.safetensors")}. Ask it more:", result.Lines);
        Assert.DoesNotContain('\u001b', result.Output);
        Assert.Equal([first.ModelFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(first.ModelFile)!));
        Assert.Equal([first.JsonFile], Directory.GetFileSystemEntries(Path.GetDirectoryName(first.JsonFile)!));
    }

    [Fact]
    public async Task One_epoch_is_told_of_in_the_singular()
    {
        ToolResult result = await InProcess.RunAsync(() => first.Pack, "quickstart", "--epochs", "1", "--workers", "1", "--out", Path.Combine(first.NewFolder("one"), "out"));
        Assert.Contains("Training 1 epoch on 1 worker, seed 1.", result.Succeeded().Lines);
    }

    [Fact]
    public void The_figures_have_exactly_the_documented_properties()
    {
        using JsonDocument json = Json();
        string[] metrics = ["top_1", "top_5", "top_10", "top_50", "top_100", "mrr"];
        AssertNames(json.RootElement, "data", "metrics", "validation_metrics", "training_seconds", "first_step_loss", "epochs");
        JsonElement data = json.RootElement.GetProperty("data");
        AssertNames(data, "source", "version", "corpus", "train_pairs", "validation_queries", "test_queries");
        AssertNames(json.RootElement.GetProperty("metrics"), Methods);
        Assert.All(Methods, method => AssertNames(json.RootElement.GetProperty("metrics").GetProperty(method), metrics));
        AssertNames(json.RootElement.GetProperty("validation_metrics"), metrics);
        Assert.All(json.RootElement.GetProperty("epochs").EnumerateArray(), epoch => AssertNames(epoch, "loss"));

        ReferenceDocsDataset docs = ReferenceDocsDataset.Load(first.Pack.Pack!);
        Assert.Equal("reference-docs", data.GetProperty("source").GetString());
        Assert.Equal(MadeUpPack.Version, data.GetProperty("version").GetString());
        Assert.Equal(docs.Candidates.Count, data.GetProperty("corpus").GetInt32());
        Assert.Equal(docs.Train.Count, data.GetProperty("train_pairs").GetInt32());
        Assert.Equal(docs.Validation.Count, data.GetProperty("validation_queries").GetInt32());
        Assert.Equal(docs.Test.Count, data.GetProperty("test_queries").GetInt32());
        Assert.True(json.RootElement.GetProperty("training_seconds").GetDouble() > 0);
    }

    [Fact]
    public void The_figures_are_shares_that_grow_with_k_and_the_model_has_learnt()
    {
        using JsonDocument json = Json();
        JsonElement metrics = json.RootElement.GetProperty("metrics");
        foreach (JsonElement figures in metrics.EnumerateObject().Select(property => property.Value).Append(json.RootElement.GetProperty("validation_metrics")))
        {
            double[] values = [0, .. SplitMetrics.Cutoffs.Select(k => figures.GetProperty($"top_{k}").GetDouble()), 1];
            Assert.Equal(values.Order(), values);
            Assert.InRange(figures.GetProperty("mrr").GetDouble(), figures.GetProperty("top_1").GetDouble(), 1);
        }

        // Every place is as likely as any other: the mean reciprocal rank is H(N) / N.
        int corpus = json.RootElement.GetProperty("data").GetProperty("corpus").GetInt32();
        JsonElement random = metrics.GetProperty("random");
        Assert.All(SplitMetrics.Cutoffs, k => Assert.Equal(k / (double)corpus, random.GetProperty($"top_{k}").GetDouble(), 1e-14));
        Assert.Equal(Enumerable.Range(1, corpus).Sum(place => 1.0 / place) / corpus, random.GetProperty("mrr").GetDouble(), 1e-14);

        Assert.True(metrics.GetProperty("model").GetProperty("top_10").GetDouble() > 0.5);
        double[] losses = [.. json.RootElement.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("loss").GetDouble())];
        Assert.Equal(2, losses.Length);
        Assert.True(losses[1] < losses[0], $"{losses[0]}, then {losses[1]}");
        Assert.InRange(losses[0], 0, json.RootElement.GetProperty("first_step_loss").GetDouble());
        Assert.Equal(losses.Select(loss => loss.ToString("f4", CultureInfo.InvariantCulture)), first.Result.Lines
            .Where(line => line.StartsWith("  epoch ", StringComparison.Ordinal)).Select(line => line.Split(", ")[1]["loss ".Length..]));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    public async Task The_same_seed_gives_the_same_model_and_words_whatever_the_workers(string workers)
    {
        string folder = first.NewFolder($"again-{workers}");
        ToolResult again = await first.RunAsync(folder, [], "quickstart", "--epochs", "2", "--workers", workers, "--seed", "1");
        Assert.Equal(first.Result.Lasting, again.Succeeded().Lasting);
        AssertSameModel(folder);
    }

    // The tool as a process has no cultures; these tests do.
    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public async Task The_same_seed_gives_the_same_model_and_words_whatever_the_culture(string culture)
    {
        string folder = first.NewFolder(culture);
        string directory = Path.Combine(folder, "out");
        ToolResult again = await InProcess.RunInCultureAsync(culture, () => first.Pack, "quickstart", "--epochs", "2", "--out", directory, "--json", Path.Combine(folder, "json"));
        Assert.Equal(first.Result.Lasting, again.Succeeded().Lasting.Replace(directory, "out", StringComparison.Ordinal));
        AssertSameModel(folder);
        Assert.Equal(WithoutTime(first.JsonFile), WithoutTime(Path.Combine(folder, "json")));

        static string[] WithoutTime(string file) => [.. File.ReadAllLines(file).Where(line => !line.Contains("training_seconds", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Another_seed_gives_another_model()
    {
        string folder = first.NewFolder("other");
        await InProcess.RunAsync(() => first.Pack, "quickstart", "--epochs", "2", "--seed", "2", "--out", Path.Combine(folder, "out"));
        Assert.False(File.ReadAllBytes(first.ModelFile).AsSpan().SequenceEqual(File.ReadAllBytes(FinishedQuickstart.Model(folder))));
    }

    [Fact]
    public async Task On_a_terminal_a_bar_fills_and_the_figures_are_the_same()
    {
        string folder = first.NewFolder("live");
        using var output = new StringWriter();
        ToolResult live = await InProcess.RunAsync(
            () => first.Pack, output, live: true, CancellationToken.None, "quickstart", "--epochs", "2", "--out", Path.Combine(folder, "out"));
        Assert.Contains("100%", live.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("epoch 2/2", live.Output, StringComparison.Ordinal);
        Assert.All(first.Result.Table("rank"), row => Assert.Contains(row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], live.Output, StringComparison.Ordinal));
        AssertSameModel(folder);
    }

    private void AssertSameModel(string folder) =>
        Assert.True(File.ReadAllBytes(first.ModelFile).AsSpan().SequenceEqual(File.ReadAllBytes(FinishedQuickstart.Model(folder))));

    private JsonDocument Json() => JsonDocument.Parse(File.ReadAllText(first.JsonFile));

    private static void AssertNames(JsonElement element, params string[] names) =>
        Assert.Equal(names, element.EnumerateObject().Select(property => property.Name));
}
