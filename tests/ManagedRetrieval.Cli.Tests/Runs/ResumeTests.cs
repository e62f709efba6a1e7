using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class ResumeTests : IDisposable
{
    private readonly SmallData _data = new();

    private string Checkpoint => _data.At("out/checkpoint-ids-1.safetensors");

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("epoch 1/5", null)]
    [InlineData("epoch 1/5", "3")]
    [InlineData("epoch 3/5", "3")]
    [InlineData("epoch 5/5", "4")]
    [InlineData("Measuring", "3")]
    [InlineData("Measuring", null)]
    public async Task A_run_that_was_interrupted_and_goes_on_gives_the_bytes_and_figures_of_one_undisturbed(string moment, string? checkpointSteps)
    {
        string[] arguments = ["--config", _data.Config("ids"), "--epochs", "5", .. checkpointSteps is null ? (string[])[] : ["--checkpoint-steps", checkpointSteps]];
        (await _data.TrainAsync(arguments)).Succeeded();
        byte[] expected = await File.ReadAllBytesAsync(_data.Model);
        string test = SmallData.Figures(_data.Json, "metrics");
        File.Delete(_data.Model);

        await InterruptAsync(moment, arguments);
        Assert.False(File.Exists(_data.Model));
        bool isThere = File.Exists(Checkpoint);
        Assert.Equal(moment != "epoch 1/5" || checkpointSteps is not null, isThere);
        ToolResult result = (await _data.TrainAsync([.. arguments, "--resume"])).Succeeded();
        Assert.Equal(isThere, result.Output.Contains("Going on after step ", StringComparison.Ordinal));
        Assert.Equal(expected, await File.ReadAllBytesAsync(_data.Model));
        Assert.Equal(test, SmallData.Figures(_data.Json, "metrics"));
        Assert.Equal(5, result.Table("epoch").Count(line => line.Contains(" s", StringComparison.Ordinal)));
        Assert.False(File.Exists(Checkpoint));
    }

    [Fact]
    public async Task A_run_may_be_interrupted_again_and_among_several_models_and_seeds()
    {
        string[] arguments = ["--config", _data.Config("ids"), "--config", _data.Config("more"), "--seeds", "2", "--epochs", "3", "--checkpoint-steps", "3"];
        (await _data.TrainAsync(arguments)).Succeeded();
        byte[] expected = await File.ReadAllBytesAsync(_data.Model);
        string models = SmallData.Figures(_data.Json, "models");
        File.Delete(_data.Model);

        await InterruptAsync("epoch 2/3", arguments);
        await InterruptAsync("ids, seed 2", [.. arguments, "--resume"]);
        await InterruptAsync("more, seed 2", [.. arguments, "--resume"]);
        (await _data.TrainAsync([.. arguments, "--resume"])).Succeeded();
        Assert.Equal(expected, await File.ReadAllBytesAsync(_data.Model));
        Assert.Equal(models, SmallData.Figures(_data.Json, "models"));
    }

    [Fact]
    public async Task Each_epoch_is_told_of_once_and_the_doctor_speaks_of_the_epochs_that_he_saw()
    {
        string[] arguments = ["--config", _data.Config("ids"), "--epochs", "4", "--checkpoint-steps", "3"];
        await InterruptAsync("epoch 3/4", arguments);
        ToolResult result = (await _data.TrainAsync([.. arguments, "--resume"])).Succeeded();
        Assert.Equal(["3", "4"], result.Lines.Where(line => line.StartsWith("  epoch ", StringComparison.Ordinal)).Select(line => line[8..9]));
        using var document = System.Text.Json.JsonDocument.Parse(SmallData.Figures(_data.Json, "epochs"));
        Assert.Equal([false, false, true, true], document.RootElement.EnumerateArray().Select(epoch => epoch.TryGetProperty("doctor", out _)));
        Assert.Equal(2, result.Lines.Count(line => line.StartsWith("    ndcg@10 0.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("BatchSize was 32 and is 16", "--batch-size", "16")]
    [InlineData("was [31, 8] and is [31, 4]", "--dimensions", "4")]
    public async Task Going_on_with_another_setting_is_refused_and_the_message_says_what_differs(string difference, params string[] other)
    {
        string[] arguments = ["--config", _data.Config("ids")];
        await InterruptAsync("Measuring", arguments);
        (await _data.TrainAsync([.. arguments, "--resume", .. other])).Failed(1, "'ids'", Checkpoint, difference);
        Assert.True(File.Exists(Checkpoint));
    }

    [Fact]
    public async Task Going_on_with_other_data_or_another_loss_is_refused()
    {
        await InterruptAsync("Measuring", "--config", _data.Config("ids"));
        string other = _data.WriteCsv("other.csv", SmallData.Rows.Skip(1));
        (await InProcess.RunAsync("train", "--data", other, "--time", "time", "--config", _data.At("ids.json"), "--out", _data.Out, "--resume")).Failed(1, Checkpoint, "data was ");
        _data.Config("ids", SmallData.Ids.Replace("0.1", "0.2", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--resume")).Failed(1, Checkpoint, "0.1", "0.2");
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_refused_by_name()
    {
        await InterruptAsync("Measuring", "--config", _data.Config("ids"));
        byte[] whole = await File.ReadAllBytesAsync(Checkpoint);
        byte[] damaged = [.. whole];
        damaged[^100] ^= 1;
        await File.WriteAllBytesAsync(Checkpoint, damaged);
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--resume")).Failed(1, Checkpoint);
        await File.WriteAllBytesAsync(Checkpoint, whole[..(whole.Length / 2)]);
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--resume")).Failed(1, Checkpoint);
        await File.WriteAllBytesAsync(Checkpoint, []);
        (await _data.TrainAsync("--config", _data.At("ids.json"), "--resume")).Failed(1, Checkpoint);
    }

    private async Task InterruptAsync(string moment, params string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        using var output = new WatchedWriter(moment, cancellation.Cancel);
        (await RepeatedTrainingTests.RunAsync(output, cancellation.Token, ["train", "--data", _data.Csv, "--time", "time", "--workers", "2", "--out", _data.Out, .. arguments])).Failed(130, "Interrupted.");
    }
}
