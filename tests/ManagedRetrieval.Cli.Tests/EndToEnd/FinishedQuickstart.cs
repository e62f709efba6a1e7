using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>One quickstart of a process on a made-up pack, and a place to run more.</summary>
public sealed class FinishedQuickstart : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal string Root => Path.Combine(_folder.Path, "dotnet");

    internal ReferencePackSearch Pack { get; private set; } = null!;

    internal string Folder { get; private set; } = "";

    internal ToolResult Result { get; private set; } = null!;

    internal string ModelFile => Model(Folder);

    internal string JsonFile => Path.Combine(Folder, "figures", "quickstart.json");

    public async Task InitializeAsync()
    {
        Pack = MadeUpPack.Write(Root);
        Folder = NewFolder("first");
        Result = await RunAsync(Folder, [], "quickstart", "--epochs", "2", "--workers", "1", "--json", Path.Combine("figures", "quickstart.json"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    internal static string Model(string folder) => Path.Combine(folder, "out", "model.safetensors");

    internal string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;

    internal Task<ToolResult> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments) =>
        ToolProcess.RunAsync(folder, WithPack(environment), arguments);

    internal ToolProcess Start(string folder, params string[] arguments) => ToolProcess.Start(folder, WithPack([]), arguments);

    private Dictionary<string, string> WithPack(Dictionary<string, string> environment) => new(environment) { ["DOTNET_ROOT"] = Root };
}

/// <summary>The tests that share the one run.</summary>
[CollectionDefinition(Name)]
public sealed class FinishedQuickstartTests : ICollectionFixture<FinishedQuickstart>
{
    public const string Name = "A finished quickstart";
}
