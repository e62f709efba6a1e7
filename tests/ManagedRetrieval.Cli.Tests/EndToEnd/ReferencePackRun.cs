using System.Text.Json;
using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>One quickstart with nothing but default settings on the installed reference pack, run when first asked for.</summary>
public sealed class ReferencePackRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<ToolResult>> _result;

    public ReferencePackRun() => _result = new(() => InProcess.RunAsync(
        ReferencePack.Find, "quickstart", "--out", Path.Combine(_folder.Path, "out"), "--json", JsonFile));

    internal string ModelFile => FinishedQuickstart.Model(_folder.Path);

    private string JsonFile => Path.Combine(_folder.Path, "figures.json");

    public void Dispose() => _folder.Dispose();

    internal async Task<ToolResult> ResultAsync() => (await _result.Value).Succeeded();

    internal async Task<JsonElement> FiguresAsync()
    {
        await ResultAsync();
        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(JsonFile));
        return figures.RootElement.Clone();
    }
}
