using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.House.Tests;

/// <summary>Engine and library are managed code with one package.</summary>
public class PurityTests
{
    public static TheoryData<string> Core => ["ManagedRetrieval.Engine", "ManagedRetrieval"];

    [Theory]
    [MemberData(nameof(Core))]
    public void The_core_takes_no_package_but_System_Numerics_Tensors(string project)
    {
        XDocument file = XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"));
        Assert.All(
            file.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value),
            package => Assert.Equal("System.Numerics.Tensors", package));
        Assert.Empty(file.Descendants("FrameworkReference"));
        Assert.Contains(file.Descendants("IsAotCompatible"), element => element.Value == "true");
    }

    [Theory]
    [MemberData(nameof(Core))]
    public void The_core_refers_only_to_the_framework_and_itself(string project)
    {
        Assert.All(
            Assembly(project).GetReferencedAssemblies().Select(reference => reference.Name!),
            reference => Assert.True(
                reference.StartsWith("System.", StringComparison.Ordinal) || reference == "ManagedRetrieval.Engine",
                $"{project} refers to {reference}"));
    }

    [Theory]
    [MemberData(nameof(Core))]
    public void The_core_calls_no_native_code(string project)
    {
        using var stream = File.OpenRead(Assembly(project).Location);
        using var image = new PEReader(stream);
        MetadataReader metadata = image.GetMetadataReader();
        IEnumerable<string> native = metadata.MethodDefinitions
            .Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl) || !method.GetImport().Module.IsNil)
            .Select(method => metadata.GetString(method.Name));
        Assert.Empty(native);
        Assert.All(
            Repository.Files($"src/{project}", "*.cs"),
            path => Assert.DoesNotMatch(@"\b(DllImport|LibraryImport|NativeLibrary|NativeMemory)\b", Repository.Read(path)));
    }

    [Fact]
    public void Only_kernels_memory_and_workers_hold_unsafe_code()
    {
        string[] allowed =
        [
            "src/ManagedRetrieval.Engine/Kernels/",
            "src/ManagedRetrieval.Engine/Memory/AlignedBuffer.cs",
            "src/ManagedRetrieval.Engine/Memory/MappedFile.cs",
            "src/ManagedRetrieval.Engine/Memory/MappedMemory.cs",
            "src/ManagedRetrieval.Engine/Parallel/WorkerTeam.cs",
        ];
        Assert.All(
            Repository.Files("src", "*.cs").Where(path => Repository.Read(path).Contains("unsafe ", StringComparison.Ordinal)),
            path => Assert.True(allowed.Any(start => path.StartsWith(start, StringComparison.Ordinal)), path));
    }

    [Fact]
    public void Package_versions_are_central_and_every_package_has_its_reason()
    {
        Assert.All(
            XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion"),
            package => Assert.Matches(@"^\d+\.\d+\.\d+$", package.Attribute("Version")!.Value));
        string decisions = string.Concat(Repository.Files("docs/decisions", "*.md").Select(Repository.Read));
        Assert.All(
            XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value),
            package => Assert.Contains(package, decisions, StringComparison.Ordinal));
    }

    private static Assembly Assembly(string project) => project == "ManagedRetrieval" ? typeof(TwoTowerModel).Assembly : typeof(Shape).Assembly;
}
