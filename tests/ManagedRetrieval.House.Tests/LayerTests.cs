using System.Xml.Linq;

namespace ManagedRetrieval.House.Tests;

/// <summary>Arrows point down: between projects, and between the folders of each.</summary>
public class LayerTests
{
    /// <summary>For each project of src the projects that it may refer to.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["ManagedRetrieval.Engine"] = [],
        ["ManagedRetrieval"] = ["ManagedRetrieval.Engine"],
        ["ManagedRetrieval.Gpu"] = ["ManagedRetrieval.Engine"],
        ["ManagedRetrieval.Readers"] = ["ManagedRetrieval"],
        ["ManagedRetrieval.Extensions"] = ["ManagedRetrieval"],
        ["ManagedRetrieval.Cli"] = ["ManagedRetrieval", "ManagedRetrieval.Engine", "ManagedRetrieval.Gpu", "ManagedRetrieval.Readers"],
        ["ManagedRetrieval.Demo"] = ["ManagedRetrieval"],
    };

    /// <summary>For each namespace its level, and for a type that lies elsewhere its own: a file may use what has a lower level, and its own namespace.</summary>
    private static readonly Dictionary<string, int> Levels = new(StringComparer.Ordinal)
    {
        ["ManagedRetrieval.Engine.Memory"] = 0,
        ["ManagedRetrieval.Engine.Parallel"] = 0,
        ["ManagedRetrieval.Engine.Kernels"] = 1,
        ["ManagedRetrieval.Engine.Kernels.Simd"] = 0,
        ["ManagedRetrieval.Engine.Kernels.Gemm"] = 2,
        ["ManagedRetrieval.Engine.Kernels.Scoring"] = 3,
        ["ManagedRetrieval.Engine.Kernels.Quantized"] = 4,
        ["ManagedRetrieval.Engine.Kernels.SoftmaxLoss"] = 4,
        ["ManagedRetrieval.Engine.Tensors"] = 1,
        ["ManagedRetrieval.Engine"] = 5,
        ["ManagedRetrieval.Engine.Backends"] = 5,
        ["ManagedRetrieval.Engine.Autodiff"] = 6,
        ["ManagedRetrieval.Engine.Autodiff.Ops"] = 7,
        ["ManagedRetrieval.Gpu.GpuException"] = 6,
        ["ManagedRetrieval.Gpu.GpuKernelException"] = 6,
        ["ManagedRetrieval.Gpu.GpuLostException"] = 6,
        ["ManagedRetrieval.Gpu.GpuMemoryException"] = 6,
        ["ManagedRetrieval.Gpu.GpuOptions"] = 6,
        ["ManagedRetrieval.Gpu.Kernels"] = 6,
        ["ManagedRetrieval.Gpu.Devices"] = 7,
        ["ManagedRetrieval.Gpu.Work"] = 8,
        ["ManagedRetrieval.Gpu"] = 9,
        ["ManagedRetrieval.Checks"] = 9,
        ["ManagedRetrieval.Features"] = 10,
        ["ManagedRetrieval.Persistence"] = 10,
        ["ManagedRetrieval.Indexing.Partitioned"] = 10,
        ["ManagedRetrieval.Optimizers"] = 10,
        ["ManagedRetrieval.Metrics"] = 11,
        ["ManagedRetrieval.Losses"] = 11,
        ["ManagedRetrieval.Sampling"] = 11,
        ["ManagedRetrieval.Indexing"] = 11,
        ["ManagedRetrieval.Towers"] = 11,
        ["ManagedRetrieval.Tasks"] = 12,
        ["ManagedRetrieval.Data"] = 12,
        ["ManagedRetrieval.Evaluation"] = 13,
        ["ManagedRetrieval.Training"] = 13,
        ["ManagedRetrieval.Retrieval"] = 13,
        ["ManagedRetrieval.Readers.Text"] = 14,
        ["ManagedRetrieval.Readers.Parquet"] = 14,
        ["ManagedRetrieval.Readers"] = 15,
        ["ManagedRetrieval.Extensions.Completed"] = 14,
        ["ManagedRetrieval.Extensions.Telemetry"] = 14,
        ["ManagedRetrieval.Extensions.Embeddings"] = 15,
        ["ManagedRetrieval.Extensions.Records"] = 16,
        ["ManagedRetrieval.Extensions.Filters"] = 17,
        ["ManagedRetrieval.Extensions.Storage"] = 17,
        ["ManagedRetrieval.Extensions"] = 18,
        ["Microsoft.Extensions.DependencyInjection"] = 19,
        ["ManagedRetrieval.Cli.ExitCode"] = 20,
        ["ManagedRetrieval.Cli.ToolException"] = 20,
        ["ManagedRetrieval.Cli.Output"] = 21,
        ["ManagedRetrieval.Cli.ReferenceDocs"] = 21,
        ["ManagedRetrieval.Cli.Backends"] = 22,
        ["ManagedRetrieval.Cli.Baselines"] = 22,
        ["ManagedRetrieval.Cli.Reports"] = 22,
        ["ManagedRetrieval.Cli.Models"] = 22,
        ["ManagedRetrieval.Cli.Runs"] = 23,
        ["ManagedRetrieval.Cli.Quickstart"] = 23,
        ["ManagedRetrieval.Cli.Commands"] = 24,
        ["ManagedRetrieval.Cli"] = 25,
        ["ManagedRetrieval.Demo.Checks"] = 22,
        ["ManagedRetrieval.Demo.Models"] = 22,
        ["ManagedRetrieval.Demo.Components"] = 23,
        ["ManagedRetrieval.Demo"] = 24,
    };

    [Fact]
    public void Projects_refer_only_to_projects_below_them()
    {
        foreach (string path in Repository.Files("src", "*.csproj"))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            Assert.True(Projects.TryGetValue(name, out string[]? allowed), $"{path}: give the new project its place in the layers");
            string[] references = [.. XDocument.Parse(Repository.Read(path)).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))];
            Assert.All(references, reference => Assert.Contains(reference, allowed));
        }
    }

    [Fact]
    public void Folders_use_only_folders_below_them()
    {
        string[] paths = [.. Repository.Files("src", "*.cs")];
        Assert.All(Projects.Keys, project => Assert.Contains(paths, path => path.StartsWith($"src/{project}/", StringComparison.Ordinal)));
        Assert.Empty(Layers.Wrong(paths.Select(path => (path, Repository.Read(path))), Levels));
    }

    [Theory]
    [InlineData("using A.High; namespace A.Low; class C;", "A.High")]
    [InlineData("namespace A.Low; using A.High; class C;", "A.High")]
    [InlineData("namespace A.Low; class C { High.Thing? x; }", "A.High.Thing")]
    [InlineData("namespace A.Low; class C { int x = A.High.Thing.Size; }", "A.High.Thing")]
    [InlineData("namespace A.Low; class C { object x = new global::A.High.Thing(); }", "A.High.Thing")]
    [InlineData("namespace A.Low; class C { object x = typeof(System.Collections.Generic.List<High.Box<int>>); }", "A.High.Box")]
    [InlineData("using T = A.High.Thing; namespace A.Low; class C { T? x; }", "A.High.Thing")]
    [InlineData("using static A.High.Thing; namespace A.Low; class C { int x = Size; }", "A.High.Thing")]
    [InlineData("namespace A.Low; class C { [High.Mark] int x; }", "A.High.MarkAttribute")]
    [InlineData("namespace A.Low; class C { Top? x; }", "A.Top")]
    [InlineData("namespace A.Lost; class C;", "give 'A.Lost.C' its place")]
    [InlineData("namespace A.Low; class C { A.Lost.Thing? x; } namespace A.Lost { class Thing; }", "A.Lost.Thing")]
    public void A_use_from_below_is_noticed_however_it_is_written(string source, string named)
    {
        string wrong = Assert.Single(Wrong(source));
        Assert.Contains("made-up.cs", wrong, StringComparison.Ordinal);
        Assert.EndsWith(named, wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("using A.Low; namespace A.High; class C { Small? x; Low.Small? y; }")]
    [InlineData("namespace A.Low; class C { Bottom? x; Small? y; }")]
    [InlineData("namespace A.Low; class C { int High; int x => High; System.Text.StringBuilder? y; }")]
    [InlineData("namespace A; class C { Top? x; High.Thing? y; Low.Small? z; }")]
    public void A_use_of_what_lies_below_or_beside_is_in_order(string source) => Assert.Empty(Wrong(source));

    [Fact]
    public void Files_of_src_stay_short()
    {
        Assert.All(Repository.Files("src", "*.cs"), path => Assert.InRange(Repository.Read(path).AsSpan().Count('\n'), 1, 250));
    }

    private static IReadOnlyList<string> Wrong(string source)
    {
        const string Others = """
            namespace A { public class Top; public class Bottom; }
            namespace A.High { public class Thing { public static int Size; } public class Box<T>; public class MarkAttribute : System.Attribute; }
            namespace A.Low { public class Small; }
            """;
        var levels = new Dictionary<string, int>(StringComparer.Ordinal) { ["A.Bottom"] = 0, ["A.Low"] = 1, ["A.High"] = 2, ["A"] = 3 };
        return [.. Layers.Wrong([("others.cs", Others), ("made-up.cs", source)], levels)];
    }
}
