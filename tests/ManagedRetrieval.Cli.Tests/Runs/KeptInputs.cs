using System.Security.Cryptography;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>A trained model, and all that commands read, some of it under the names of results.</summary>
public sealed class KeptInputs : IAsyncLifetime, IDisposable
{
    private readonly SmallData _data = new();

    public async Task InitializeAsync()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"))).Succeeded();
        File.Delete(_data.Json);
        File.Copy(_data.Model, At("earlier.safetensors"));
        _data.Write("queries.jsonl", """{"query": "u1"}""" + "\n");
        _data.WriteCsv("train.csv", SmallData.Rows.SkipLast(30));
        _data.WriteCsv("test.csv", SmallData.Rows.TakeLast(30));
        _data.WriteCsv("held/model.safetensors", SmallData.Rows);
        _data.WriteCsv("held/report.html", SmallData.Rows);
        File.Copy(_data.Model, At("held/bench.svg"));
        File.Copy(_data.Model, At("held/checkpoint-ids-1.safetensors"));
        Assert.All((string[])[_data.ItemTable, _data.UserTable], table => Assert.True(File.Exists(table)));
        if (OperatingSystem.IsLinux())
        {
            Directory.CreateSymbolicLink(At("linked"), "out");
            File.CreateSymbolicLink(At("latest.safetensors"), "out/model.safetensors");
            File.CreateSymbolicLink(At("second.safetensors"), "linked/../latest.safetensors");
            File.CreateSymbolicLink(At("circle.safetensors"), "circle.safetensors");
            Directory.CreateDirectory(At("deep/inner"));
            File.Copy(_data.Model, At("deep/model.safetensors"));
            Directory.CreateSymbolicLink(At("inner"), "deep/inner");
            File.CreateSymbolicLink(At("through.safetensors"), "inner/../model.safetensors");
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _data.Dispose();

    internal string At(string path) => _data.At(path);

    /// <summary>A command line whose words that begin with @ are places.</summary>
    public string[] Arguments(string commandLine) => [.. commandLine.Split(' ').Select(word => word[0] == '@' ? At(word[1..]) : word)];

    /// <summary>What is there: of each file what it holds, or where it leads as a link.</summary>
    public Dictionary<string, string> Contents() => Directory.GetFiles(At(""), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).ToDictionary(
        path => Path.GetRelativePath(At(""), path),
        path => new FileInfo(path).LinkTarget ?? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
}
