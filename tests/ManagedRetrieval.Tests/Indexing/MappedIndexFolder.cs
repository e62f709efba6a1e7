using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.FuzzHost;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>A folder with a file of an index that is mapped.</summary>
internal sealed class MappedIndexFolder : IDisposable
{
    public const int Rows = 100, Dimensions = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("mapped-index-").FullName;

    public static string[] Names { get; } = [.. Enumerable.Range(0, Rows).Select(row => $"ż{row}")];

    public static Tensor<float> Candidates { get; } = new Draw(83, 12).Tensor<float>(new Shape(Rows, Dimensions));

    public static Tensor<float> Queries { get; } = new Draw(84, 12).Tensor<float>(new Shape(3, Dimensions));

    public string Target => Path.Combine(_folder, "index.safetensors");

    /// <summary>Whether a file is mapped, also one that was deleted or replaced; it can be seen under Linux alone.</summary>
    public static bool IsMapped(string path) =>
        OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal) || line.EndsWith(path + " (deleted)", StringComparison.Ordinal));

    public void CheckMapped(bool expected) => Assert.Equal(expected && OperatingSystem.IsLinux(), IsMapped(Target));

    public async Task<TopKIndex<string>> MapAsync(string kind)
    {
        await IndexFile.SaveAsync(IndexKinds.Make(kind, Candidates, Names, Similarity.DotProduct), Target);
        return IndexFile.Map<string>(Target);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
