namespace ManagedRetrieval.Cli.Tests.EndToEnd;

[Collection(FinishedQuickstartTests.Name)]
public class InterruptionTests(FinishedQuickstart first)
{
    [LinuxTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_in_training_ends_the_process_with_one_line_and_keeps_the_earlier_model(string signal)
    {
        string folder = first.NewFolder("signal-" + signal);
        Directory.CreateDirectory(Path.Combine(folder, "out"));
        await File.WriteAllTextAsync(FinishedQuickstart.Model(folder), "earlier");
        using ToolProcess process = first.Start(folder, "quickstart", "--epochs", "10000", "--json", "figures.json");
        await process.WaitForLineAsync("  epoch 1/10000");
        await process.SignalAsync(signal);
        (await process.ResultAsync()).Failed(130, "Interrupted.");
        Assert.Equal("earlier", await File.ReadAllTextAsync(FinishedQuickstart.Model(folder)));
        Assert.Equal([FinishedQuickstart.Model(folder)], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("Reading", 3, false)]
    [InlineData("epoch 1/3", 3, false)]
    [InlineData("epoch 3/3", 3, false)]
    [InlineData("Embedding", 3, false)]
    [InlineData("Evaluating", 3, false)]

    // The bar is drawn some ten times a second, so training must take longer than that.
    [InlineData("epoch ", 10_000, true)]
    public async Task Cancelled_at_any_step_it_leaves_no_file_and_no_folder(string step, int epochs, bool live)
    {
        string folder = first.NewFolder(Guid.NewGuid().ToString("N"));
        using var cancellation = new CancellationTokenSource();
        using var output = new WatchedWriter(step, cancellation.Cancel);
        ToolResult result = await InProcess.RunAsync(
            () => first.Pack, output, live, cancellation.Token, "quickstart", "--epochs", $"{epochs}", "--out", Path.Combine(folder, "new", "out"), "--json", Path.Combine(folder, "figures", "json"));
        result.Failed(130, "Interrupted.");
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        if (live)
        {
            // The bar hides the cursor, and must show it again.
            Assert.True(result.Output.LastIndexOf("\u001b[?25h", StringComparison.Ordinal) > result.Output.LastIndexOf("\u001b[?25l", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_cancelled_query_answers_nothing()
    {
        using var output = new StringWriter();
        ToolResult result = await InProcess.RunAsync(
            () => first.Pack, output, live: false, new CancellationToken(canceled: true), "query", first.ModelFile, "copy a file");
        result.Failed(130, "Interrupted.");
        Assert.Equal("", result.Output);
    }
}
