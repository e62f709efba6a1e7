using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Cli.Tests.EndToEnd;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.Output;

/// <summary>Results that could not be written are told before any work, and nothing is left behind.</summary>
public sealed class OutputPlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ReferencePackSearch _search;

    public OutputPlaceTests()
    {
        _search = MadeUpPack.Write(At("dotnet"));
        _folder.Write("occupied", "a file");
        Directory.CreateDirectory(At("taken/model.safetensors"));
        Directory.CreateDirectory(At("folder"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--out occupied", "occupied", "it is a file")]
    [InlineData("--out occupied/below/it", "occupied")]
    [InlineData("--out taken", "taken/model.safetensors", "it is a folder")]
    [InlineData("--out out --json occupied/below", "occupied", "it is a file")]
    [InlineData("--out out --json folder", "folder", "it is a folder")]
    [InlineData("--out out --json out", "out", "it is a folder")]
    [InlineData("--out new/out --json new/out", "new/out", "it is a folder")]
    [InlineData("--out out --json out/model.safetensors", "that is the place of", "out/model.safetensors")]
    [InlineData("--out out --json folder/../out/model.safetensors", "that is the place of", "out/model.safetensors")]
    [InlineData("--out out --json out/model.safetensors/figures.json", "that is the place of")]
    [InlineData("--out out --json out/model.safetensors/deep/figures.json", "that is the place of")]
    [InlineData("--out out --json out/model.safetensors/", "name of a folder")]
    [InlineData("--out out --json new/deep/figures/", "name of a folder", "new/deep/figures/")]
    [InlineData("--out out --json new/deep/+", "Cannot write")]
    [InlineData("--out new/+", "Cannot write")]
    public async Task It_is_told_before_any_work_and_nothing_is_left_behind(string commandLine, params string[] problems) =>
        await Refused(commandLine, problems);

    [LinuxTheory]
    [InlineData("--out folder --json link/model.safetensors", "that is the place of")]
    [InlineData("--out link --json folder/model.safetensors", "that is the place of")]
    [InlineData("--out folder/new --json link/new/model.safetensors", "that is the place of")]
    [InlineData("--out folder --json link/model.safetensors/figures.json", "that is the place of")]
    [InlineData("--out folder --json second/model.safetensors", "that is the place of")]
    [InlineData("--out circle", "circle")]
    public async Task Links_do_not_hide_that_two_files_share_a_place(string commandLine, params string[] problems)
    {
        Directory.CreateSymbolicLink(At("link"), At("folder"));
        Directory.CreateSymbolicLink(At("second"), "link");
        Directory.CreateSymbolicLink(At("circle"), "circle");
        await Refused(commandLine, problems);
    }

    [LinuxTheory]
    [InlineData("/dev")]
    [InlineData("/proc")]
    [InlineData("devices")]
    public async Task No_file_takes_the_place_of_a_device(string folder)
    {
        Directory.CreateSymbolicLink(At("devices"), "/dev");
        string json = Path.Combine(_folder.Path, folder, $"does-not-exist-{Guid.NewGuid():N}");
        await Refused($"--out out --json {json}", "a device cannot be replaced", json);
        Assert.False(File.Exists(json));
    }

    [LinuxTheory]
    [InlineData("nowhere")]
    [InlineData("out/model.safetensors")]
    public async Task A_link_in_the_place_of_a_file_is_replaced_not_followed(string target)
    {
        File.CreateSymbolicLink(At("figures.json"), At(target));
        (await InProcess.RunAsync(() => _search, "quickstart", "--epochs", "1", "--out", At("out"), "--json", At("figures.json"))).Succeeded();
        Assert.Null(new FileInfo(At("figures.json")).LinkTarget);
        Assert.StartsWith("{", await File.ReadAllTextAsync(At("figures.json")), StringComparison.Ordinal);
        Assert.False(File.Exists(At("nowhere")));
        Assert.Equal([At("out/model.safetensors")], Directory.GetFileSystemEntries(At("out")));
    }

    [Fact]
    public async Task A_file_of_an_earlier_run_is_no_obstacle()
    {
        string[] run = ["quickstart", "--epochs", "1", "--out", At("out"), "--json", At("out/figures.json")];
        (await InProcess.RunAsync(() => _search, run)).Succeeded();
        await File.WriteAllTextAsync(At("out/figures.json"), "earlier");
        (await InProcess.RunAsync(() => _search, run)).Succeeded();
        Assert.NotEqual("earlier", await File.ReadAllTextAsync(At("out/figures.json")));
        Assert.Equal(2, Directory.GetFileSystemEntries(At("out")).Length);
    }

    private async Task Refused(string commandLine, params string[] problems)
    {
        string[] before = Entries();

        // A plus stands for a name longer than file systems allow; what is no option is a place below the folder.
        string[] arguments = [.. commandLine.Replace("+", new string('x', 300), StringComparison.Ordinal).Split(' ')
            .Select(argument => argument.StartsWith("--", StringComparison.Ordinal) ? argument : At(argument))];
        ToolResult result = await InProcess.RunAsync(() => _search, ["quickstart", .. arguments]);
        result.Failed(1, problems);
        Assert.Equal("", result.Output);
        Assert.Equal(before, Entries());
        Assert.Equal("a file", await File.ReadAllTextAsync(At("occupied")));
    }

    private string[] Entries() => [.. Directory.GetFileSystemEntries(_folder.Path, "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    }).Order(StringComparer.Ordinal)];

    private string At(string path) => Path.Combine(_folder.Path, path);
}
