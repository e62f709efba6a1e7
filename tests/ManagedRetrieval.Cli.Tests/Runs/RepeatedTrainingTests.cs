using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class RepeatedTrainingTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_for_any_number_of_workers_and_another_seed_others()
    {
        string model = _data.Config("history", SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", """{ "type": "history", "encoder": "recurrent" }""", StringComparison.Ordinal));
        byte[] first = await ModelAsync(model, "1", "1");
        Assert.Equal(first, await ModelAsync(model, "1", "1"));
        Assert.Equal(first, await ModelAsync(model, "1", "3"));
        Assert.NotEqual(first, await ModelAsync(model, "2", "1"));
    }

    [Theory]
    [InlineData("Reading", false)]
    [InlineData("Encoding", false)]
    [InlineData("Measuring", true)]
    [InlineData("Drawing", true)]
    public async Task Cancelled_it_leaves_the_earlier_model_or_a_whole_new_one_and_checkpoints_only_of_what_was_trained(string step, bool trained)
    {
        _data.Write("out/model.safetensors", "earlier");
        using var cancellation = new CancellationTokenSource();
        using var output = new WatchedWriter(step, cancellation.Cancel);
        ToolResult result = await RunAsync(output, cancellation.Token, "train", "--data", _data.Csv, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out, "--json", _data.Json);
        result.Failed(130, "Interrupted.");
        Assert.Equal(trained, result.Output.Contains("with --resume goes on", StringComparison.Ordinal));
        Assert.Equal(trained ? ["checkpoint-ids-1.safetensors", "model.safetensors"] : ["model.safetensors"], Directory.GetFiles(_data.Out).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        if (step != "Drawing")
        {
            Assert.Equal("earlier", await File.ReadAllTextAsync(_data.Model));
            Assert.False(File.Exists(_data.Json));
        }
    }

    [Fact]
    public async Task What_a_killed_run_left_is_removed_and_nothing_else()
    {
        const string Number = "0123456789abcdef0123456789abcdef";
        string left = _data.Write($"out/.snapshot-{Number}.tmp", "half"), open = _data.Write($"out/.snapshot-{Number[1..]}f.tmp", "in use");
        string[] others =
        [
            _data.Write($"out/.snapshot-{Number[1..]}e.tmp", "written to later"), _data.Write("out/.snapshot-mine.tmp", ""), _data.Write($"out/.snapshot-{Number}", ""),
            _data.Write($"out/snapshot-{Number}.tmp", ""), _data.Write($"out/.snapshot-{Number.ToUpperInvariant()}.tmp", ""), _data.Write($"out/in/.snapshot-{Number}.tmp", ""), open,
        ];
        foreach (string file in others.Skip(1).Append(left))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        }

        File.SetLastWriteTimeUtc(others[0], DateTime.UtcNow.AddDays(1));
        using (new FileStream(open, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        }

        Assert.False(File.Exists(left));
        Assert.All(others, file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public async Task What_is_read_is_never_removed_though_it_is_called_as_what_a_killed_run_left()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        string data = Left('a'), test = Left('b'), config = Left('c'), from = Left('d'), other = Left('e');
        File.Copy(_data.Csv, data);
        File.Copy(_data.Csv, test);
        File.Copy(_data.At("ids.json"), config);
        File.Copy(_data.Model, from);
        await File.WriteAllTextAsync(other, "half");
        foreach (string file in (string[])[data, test, config, from, other])
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        }

        string[] train = ["train", "--time", "time", "--format", "csv", "--config", config, "--from", from, "--out", _data.Out];
        (await InProcess.RunAsync([.. train, "--data", data, "--test", test])).Succeeded();
        Assert.False(File.Exists(other));
        if (OperatingSystem.IsLinux())
        {
            File.CreateSymbolicLink(_data.At("link.csv"), data);
            (await InProcess.RunAsync([.. train, "--data", _data.At("link.csv"), "--test", test])).Succeeded();
        }

        Assert.All((string[])[data, test, config, from], file => Assert.True(File.Exists(file), file));

        string Left(char last) => _data.At($"out/.snapshot-0123456789abcdef0123456789abcde{last}.tmp");
    }

    [Fact]
    public async Task What_fails_leaves_no_folder()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"), "--user", "nobody")).Failed(1, "nobody");
        Assert.False(Directory.Exists(_data.Out));
        Assert.False(File.Exists(_data.Json));
    }

    internal static Task<ToolResult> RunAsync(StringWriter output, CancellationToken cancellationToken, params string[] arguments) =>
        InProcess.RunAsync(() => throw new InvalidOperationException(), output, live: false, cancellationToken, arguments);

    private async Task<byte[]> ModelAsync(string model, string seed, string workers)
    {
        string folder = _data.At(Guid.NewGuid().ToString("N"));
        (await InProcess.RunAsync("train", "--data", _data.Csv, "--time", "time", "--config", model, "--seed", seed, "--workers", workers, "--out", folder)).Succeeded();
        return await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors"));
    }
}
