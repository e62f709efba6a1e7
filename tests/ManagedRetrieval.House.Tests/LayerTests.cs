using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ManagedRetrieval.House.Tests;

/// <summary>Arrows point down: between projects, and between the folders of each.</summary>
public partial class LayerTests
{
    /// <summary>For each project of src the projects that it may refer to.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["ManagedRetrieval.Engine"] = [],
        ["ManagedRetrieval"] = ["ManagedRetrieval.Engine"],
        ["ManagedRetrieval.Cli"] = ["ManagedRetrieval", "ManagedRetrieval.Engine"],
    };

    /// <summary>For each namespace of a project its level: a file may use namespaces of lower levels and its own.</summary>
    private static readonly Dictionary<string, int> Levels = new(StringComparer.Ordinal)
    {
        ["ManagedRetrieval.Engine.Memory"] = 0,
        ["ManagedRetrieval.Engine.Parallel"] = 0,
        ["ManagedRetrieval.Engine.Kernels"] = 1,
        ["ManagedRetrieval.Engine.Kernels.Gemm"] = 2,
        ["ManagedRetrieval.Engine.Kernels.Scoring"] = 3,
        ["ManagedRetrieval.Engine.Tensors"] = 1,
        ["ManagedRetrieval.Engine.Backends"] = 4,
        ["ManagedRetrieval.Engine.Autodiff"] = 5,
        ["ManagedRetrieval.Engine.Autodiff.Ops"] = 6,
        ["ManagedRetrieval.Features"] = 10,
        ["ManagedRetrieval.Persistence"] = 10,
        ["ManagedRetrieval.Optimizers"] = 10,
        ["ManagedRetrieval.Metrics"] = 11,
        ["ManagedRetrieval.Losses"] = 11,
        ["ManagedRetrieval.Sampling"] = 11,
        ["ManagedRetrieval.Indexing"] = 11,
        ["ManagedRetrieval.Towers"] = 11,
        ["ManagedRetrieval.Tasks"] = 12,
        ["ManagedRetrieval.Data"] = 12,
        ["ManagedRetrieval.Training"] = 13,
        ["ManagedRetrieval.Retrieval"] = 13,
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
        var wrong = new List<string>();
        foreach (string path in Repository.Files("src/ManagedRetrieval.Engine", "*.cs").Concat(Repository.Files("src/ManagedRetrieval", "*.cs")))
        {
            string source = Repository.Read(path);
            string own = Namespace().Match(source).Groups[1].Value;
            Assert.True(Levels.TryGetValue(own, out int level), $"{path}: give the namespace '{own}' its place in the layers");
            foreach (Match match in Using().Matches(source))
            {
                string used = match.Groups[1].Value;
                if (used != own && !(Levels.TryGetValue(used, out int usedLevel) && usedLevel < level))
                {
                    wrong.Add($"{path} uses {used}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Files_of_src_stay_short()
    {
        Assert.All(Repository.Files("src", "*.cs"), path => Assert.InRange(Repository.Read(path).AsSpan().Count('\n'), 1, 250));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (ManagedRetrieval[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
