using System.Text.Json;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

[Collection(FinishedQuickstartTests.Name)]
public class IndexedQuickstartTests(FinishedQuickstart first)
{
    [Fact]
    public async Task A_model_of_texts_is_indexed_asked_inspected_and_measured()
    {
        string folder = first.NewFolder("indexed"), indexed = Path.Combine(folder, "small.safetensors"), figures = Path.Combine(folder, "figures.json");
        ToolResult built = (await InProcess.RunAsync("index", first.ModelFile, "--out", indexed, "--lists", "eight-bit", "--recall", "0.95", "--queries", "50")).Succeeded();
        Assert.Contains(built.Table("property"), line => line.Contains("with 50 candidates' ids, asked as queries", StringComparison.Ordinal));
        Assert.Equal(3, (await InProcess.RunAsync("query", indexed, "copy a file", "-k", "3", "--map")).Succeeded().Table("rank").Length);
        Assert.Contains((await InProcess.RunAsync("inspect", indexed)).Succeeded().Table("property"), line => line.Contains("partitioned, lists of bytes", StringComparison.Ordinal));
        string queries = Path.Combine(folder, "queries.jsonl");
        await File.WriteAllTextAsync(queries, "{\"query\": \"copy a file\"}\n{\"query\": \"wait for all tasks to finish\"}\n");
        (await InProcess.RunAsync("bench", indexed, "--exact", first.ModelFile, "--query-file", queries, "--json", figures)).Succeeded();
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(figures));
        Assert.Equal(2, json.RootElement.GetProperty("queries").GetInt32());
    }
}
