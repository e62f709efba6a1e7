using System.Text.Json;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

[Collection(FinishedQuickstartTests.Name)]
public sealed class BackendTests(FinishedQuickstart first)
{
    [Fact]
    public async Task A_GPU_that_is_asked_for_and_not_there_is_one_line_and_nothing_is_made()
    {
        string folder = first.NewFolder("no-gpu");
        ToolResult result = await first.RunAsync(folder, NoDevice(folder), "quickstart", "--backend", "gpu", "--epochs", "2");
        result.Failed(1, "--backend gpu", "CUDA finds no device", "OpenCL");
        Assert.Equal("", result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task Where_the_choice_is_left_and_there_is_no_GPU_the_processor_does_it_and_a_line_says_why()
    {
        string folder = first.NewFolder("auto");
        ToolResult result = (await first.RunAsync(folder, NoDevice(folder), "quickstart", "--backend", "auto", "--epochs", "2", "--workers", "1")).Succeeded();
        string line = Assert.Single(result.Lines, line => line.Contains("GPU", StringComparison.Ordinal));
        Assert.StartsWith("No GPU is used: CUDA finds no device", line, StringComparison.Ordinal);
        Assert.EndsWith("Everything runs on the processor.", line, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(first.ModelFile), File.ReadAllBytes(FinishedQuickstart.Model(folder)));
    }

    [Fact]
    public async Task The_processor_can_be_asked_for_by_name()
    {
        ToolResult result = await first.RunAsync(first.Folder, [], "query", first.ModelFile, "copy a file", "--backend", "cpu");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Everything runs on the processor.", result.Errors.Trim());
    }

    [Fact]
    public async Task Another_name_is_refused_with_those_that_there_are() =>
        (await InProcess.RunAsync("query", first.ModelFile, "x", "--backend", "tpu")).Failed(2, "tpu", "'cpu'", "'gpu'", "'auto'");

    [DeviceFact]
    public async Task A_quickstart_on_a_device_learns_and_answers_as_one_on_the_processor_does()
    {
        string folder = first.NewFolder("gpu");
        ToolResult result = (await first.RunAsync(folder, [], "quickstart", "--backend", "gpu", "--epochs", "2", "--workers", "1", "--json", "quickstart.json")).Succeeded();
        Assert.Single(result.Lines, line => line.StartsWith("The training's loss and exact search run on ", StringComparison.Ordinal));
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(first.JsonFile)), actual = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "quickstart.json")));
        Assert.Equal(FirstLoss(expected), FirstLoss(actual), 1e-4 * Math.Abs(FirstLoss(expected)));
        Assert.Equal(TopTen(expected), TopTen(actual), 0.01);

        ToolResult answers = await first.RunAsync(folder, [], "query", FinishedQuickstart.Model(folder), "copy a file", "--backend", "gpu");
        Assert.StartsWith("Exact search runs on ", answers.Errors, StringComparison.Ordinal);
        Assert.Equal((await first.RunAsync(folder, [], "query", FinishedQuickstart.Model(folder), "copy a file")).Output, answers.Output);
    }

    private static double FirstLoss(JsonDocument json) => json.RootElement.GetProperty("first_step_loss").GetDouble();

    private static double TopTen(JsonDocument json) => json.RootElement.GetProperty("metrics").GetProperty("model").GetProperty("top_10").GetDouble();

    /// <summary>Hides devices: OpenCL's drivers are looked for in an empty folder, and CUDA is told of no card.</summary>
    private static Dictionary<string, string> NoDevice(string folder) =>
        new() { ["OCL_ICD_VENDORS"] = Path.Combine(folder, "no-drivers") + "/", ["CUDA_VISIBLE_DEVICES"] = "" };
}
