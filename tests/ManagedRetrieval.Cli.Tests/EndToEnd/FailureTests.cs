using System.Diagnostics;
using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Out => At("out");

    private string Model => At("model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_pack_the_places_looked_at_are_told_and_nothing_is_made()
    {
        ToolResult result = await InProcess.RunAsync("quickstart", "--out", Out);
        result.Failed(1, "no .NET reference pack", "here, there");
        Assert.Equal("", result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_pack_with_too_little_documentation_is_refused(int members)
    {
        ReferencePackSearch search = MadeUpPack.Write(At("dotnet"), members);
        ToolResult result = await InProcess.RunAsync(() => search, "quickstart", "--out", Out);
        result.Failed(1, "too little documentation", search.Pack!.Directory);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public async Task A_broken_pack_is_refused_with_file_and_line()
    {
        ReferencePackSearch search = MadeUpPack.Write(At("dotnet"));
        await File.WriteAllTextAsync(search.Pack!.XmlFiles[1], "<doc>\n<members>");
        (await InProcess.RunAsync(() => search, "quickstart", "--out", Out)).Failed(1, search.Pack.XmlFiles[1], "line 2");
    }

    [Fact]
    public async Task Damaged_model_files_are_refused()
    {
        await SmallModel().SaveAsync(Model);
        byte[] whole = await File.ReadAllBytesAsync(Model);
        for (int position = 0; position < whole.Length; position += 37)
        {
            byte[] damaged = [.. whole];
            damaged[position] ^= 0x10;
            await File.WriteAllBytesAsync(Model, damaged);
            (await Ask()).Failed(1, Model);
            await File.WriteAllBytesAsync(Model, whole[..position]);
            (await Ask()).Failed(1, Model);
        }

        await File.WriteAllBytesAsync(Model, whole);
        Assert.Equal(2, (await Ask()).Succeeded().Table("rank").Length);
    }

    [Fact]
    public async Task What_is_no_model_of_texts_is_refused_by_name()
    {
        (await Ask()).Failed(1, "no model file", Model);
        Directory.CreateDirectory(Model);
        (await Ask()).Failed(1, "is a folder", Model);
        Directory.Delete(Model);
        await File.WriteAllTextAsync(Model, "PK\u0003\u0004 an archive\nof two lines");
        (await Ask()).Failed(1, Model);

        var foreign = new SafetensorsWriter();
        foreign.Add("weight", new float[] { 1 }, 1);
        foreign.Write(Model);
        (await Ask()).Failed(1, Model, "holds no model of this library");

        var ids = new IdFeature<int>(new Vocabulary<int>([1, 2], 1));
        var model = new TwoTowerModel<int, int>(ids, ids, new TwoTowerOptions { Dimensions = 2 });
        await Retriever<int, int, string>.Build(model, [1, 2], ["a", "b"]).SaveAsync(Model);
        (await Ask()).Failed(1, Model, "takes int ids, asked for string");
    }

    [Fact]
    public async Task An_identifier_that_the_model_does_not_know_is_told_in_one_line()
    {
        var users = new IdFeature<string>(new Vocabulary<string>(["ann", "bob"], outOfVocabularyBuckets: 0));
        var model = new TwoTowerModel<string, string>(users, users, new TwoTowerOptions { Dimensions = 2 });
        await Retriever<string, string, string>.Build(model, ["ann", "bob"], ["Ann", "Bob"]).SaveAsync(Model);
        Assert.Equal(2, (await InProcess.RunAsync("query", Model, "bob")).Succeeded().Table("rank").Length);
        ToolResult result = await InProcess.RunAsync("query", Model, "eve");
        result.Failed(1, "eve");
        Assert.DoesNotContain("Unexpected", result.Errors, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task A_model_whose_embeddings_overflow_is_told_of()
    {
        Retriever<string, string, string> retriever = SmallModel(new TwoTowerOptions { Dimensions = 2, Combiner = BagCombiner.Sum, Linear = false, Normalize = false });
        retriever.Model.Parameters[0].Value.Span.Fill(float.MaxValue);

        // An index of the embeddings as they would be now could not be built.
        Tensor<float> before = ((BruteForceIndex<string>)retriever.Index).Embeddings;
        await new Retriever<string, string, string>(retriever.Model, new BruteForceIndex<string>(before, ["red", "blue"])).SaveAsync(Model);
        (await Ask()).Failed(1, "not finite");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Candidates_with_control_characters_do_not_command_the_terminal(bool live)
    {
        await SmallModel(null, "red\u001b[2J", "two\r\nlines", "turned\u202Eback", "parted\u2028line").SaveAsync(Model);
        using var output = new StringWriter();
        ToolResult result = (await InProcess.RunAsync(() => throw new InvalidOperationException(), output, live, CancellationToken.None, "query", Model, "a red fish")).Succeeded();
        Assert.Contains("red [2J ", result.Output, StringComparison.Ordinal);
        Assert.Contains("two  lines ", result.Output, StringComparison.Ordinal);
        Assert.Contains("turned back ", result.Output, StringComparison.Ordinal);
        Assert.Contains("parted line ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', result.Output);
        Assert.DoesNotContain('\u2028', result.Output);
    }

    [LinuxTheory]
    [InlineData("2>/dev/full", "nowhere", 1)]
    [InlineData("2>&-", "nowhere", 1)]
    [InlineData(">/dev/full 2>/dev/full", "model.safetensors", 1)]
    [InlineData("2>/dev/full", "model.safetensors", 0)]
    public async Task A_process_that_nobody_can_hear_still_tells_by_its_exit_code(string redirection, string model, int code)
    {
        await SmallModel().SaveAsync(Model);
        ToolResult result = await ToolProcess.RunRedirectedAsync(_folder.Path, redirection, "query", model, "a red fish");
        Assert.Equal(code, result.ExitCode);
        Assert.Equal("", result.Errors);
    }

    [LinuxTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task One_signal_ends_a_query_that_waits_for_a_pipe(string signal)
    {
        using (Process make = Process.Start("mkfifo", [Model]))
        {
            await make.WaitForExitAsync();
        }

        // A debugger's pipe would be waited for as well.
        using ToolProcess process = ToolProcess.Start(_folder.Path, new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "0" }, "query", Model, "a red fish");
        await process.WaitUntilItWaitsForAPipeAsync();
        await process.SignalAsync(signal);
        (await process.ResultAsync()).Failed(130, "Interrupted.");
    }

    [Fact]
    public async Task A_process_reports_a_missing_model_by_its_exit_code() =>
        (await ToolProcess.RunAsync(_folder.Path, new Dictionary<string, string>(), "query", "nowhere", "text")).Failed(1, "'nowhere'");

    private static Retriever<string, string, string> SmallModel(TwoTowerOptions? options = null, params string[] names)
    {
        var feature = new TextFeature(new TextFeatureOptions { Buckets = 8 });
        var model = new TwoTowerModel<string, string>(feature, feature, options ?? new TwoTowerOptions { Dimensions = 2, ShareTable = true });
        return Retriever<string, string, string>.Build(model, [.. (names.Length > 0 ? names : ["red", "blue"]).Select(name => name + " fish")], names.Length > 0 ? names : ["red", "blue"]);
    }

    private Task<ToolResult> Ask() => InProcess.RunAsync("query", Model, "a red fish");

    private string At(string path) => Path.Combine([_folder.Path, .. path.Split('/')]);
}
