using System.Collections.Concurrent;
using ManagedRetrieval.Cli.Output;
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
    [InlineData("--out occupied/below/it", "occupied", "it is a file")]
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
    [InlineData("--out circle", "circle", "oo many")]
    [InlineData("--out circle/below", "circle", "oo many")]
    [InlineData("--out dangling", "dangling", "it is a link to", "nowhere', which does not exist")]
    [InlineData("--out dangling/below", "dangling", "it is a link to", "nowhere', which does not exist")]
    [InlineData("--out out --json dangling/figures.json", "dangling", "it is a link to", "nowhere', which does not exist")]
    [InlineData("--out elsewhere", "elsewhere", "it is a file")]
    public async Task Links_do_not_hide_what_is_in_the_way(string commandLine, params string[] problems)
    {
        Directory.CreateSymbolicLink(At("link"), At("folder"));
        Directory.CreateSymbolicLink(At("second"), "link");
        Directory.CreateSymbolicLink(At("circle"), "circle");
        Directory.CreateSymbolicLink(At("dangling"), "nowhere");
        File.CreateSymbolicLink(At("elsewhere"), "occupied");
        await Refused(commandLine, problems);
    }

    [Fact]
    public async Task The_documentation_that_is_read_is_not_written_over()
    {
        string xml = _search.Pack!.XmlFiles[0], text = await File.ReadAllTextAsync(xml);
        await Refused("--out out --json " + xml, "that is the place of", xml, "which is read");
        Assert.Equal(text, await File.ReadAllTextAsync(xml));
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

    [Fact]
    public async Task The_file_itself_is_neither_made_nor_removed_before_it_is_written()
    {
        var seen = new ConcurrentQueue<string?>();
        var last = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(At("folder"));
        FileSystemEventHandler note = (_, change) =>
        {
            seen.Enqueue(change.Name);
            if (change.Name == "last")
            {
                last.TrySetResult();
            }
        };
        watcher.Created += note;
        watcher.Deleted += note;
        watcher.EnableRaisingEvents = true;
        OutputPlace.Prepare([At("folder/model.safetensors")], []).Dispose();
        await File.WriteAllTextAsync(At("folder/last"), "");
        await last.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("last", seen);
        Assert.DoesNotContain("model.safetensors", seen);
    }

    [Fact]
    public void Runs_that_start_at_once_are_all_let_in()
    {
        for (int round = 0; round < 20; round++)
        {
            string file = At($"new-{round}/deep/model.safetensors");
            var places = new OutputPlace?[8];
            var refusals = new Exception?[places.Length];
            using var start = new Barrier(places.Length);
            Thread[] runs = [.. Enumerable.Range(0, places.Length).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                refusals[i] = Record.Exception(() => { places[i] = OutputPlace.Prepare([file], []); });
            }))];
            Array.ForEach(runs, run => run.Start());
            Array.ForEach(runs, run => run.Join());
            Assert.All(refusals, Assert.Null);
            Array.ForEach(places, place => place!.Dispose());
            Assert.False(Directory.Exists(At($"new-{round}")));
        }
    }

    [Fact]
    public async Task A_folder_that_another_run_made_and_removed_is_made_again()
    {
        using var output = new WatchedWriter("Evaluating", () => Directory.Delete(At("new"), recursive: true));
        (await InProcess.RunAsync(() => _search, output, live: false, CancellationToken.None, "quickstart", "--epochs", "1", "--out", At("new/out"), "--json", At("new/figures/json"))).Succeeded();
        Assert.Equal([At("new/figures/json"), At("new/out/model.safetensors")], Directory.GetFiles(At("new"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_run_that_fails_at_its_end_removes_its_empty_folders_but_no_result()
    {
        // The second file's place is taken by a folder after it was looked at.
        using var output = new WatchedWriter("Evaluating", () => Directory.CreateDirectory(At("new/figures/json/taken")));
        ToolResult result = await InProcess.RunAsync(() => _search, output, live: false, CancellationToken.None, "quickstart", "--epochs", "1", "--out", At("out"), "--json", At("new/figures/json"));
        result.Failed(1, At("new/figures/json"));
        Assert.Equal([At("out/model.safetensors")], Directory.GetFileSystemEntries(At("out")));

        // And the first file's.
        using var second = new WatchedWriter("Evaluating", () => Directory.CreateDirectory(At("first/model.safetensors/taken")));
        result = await InProcess.RunAsync(() => _search, second, live: false, CancellationToken.None, "quickstart", "--epochs", "1", "--out", At("first"), "--json", At("second/figures/json"));
        result.Failed(1, At("first/model.safetensors"));
        Assert.False(Directory.Exists(At("second")));
        Assert.True(Directory.Exists(At("first/model.safetensors/taken")));
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
