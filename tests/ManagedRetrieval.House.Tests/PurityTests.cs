using System.Numerics.Tensors;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.House.Tests;

/// <summary>Engine and library are managed code with one package.</summary>
public class PurityTests
{
    public static TheoryData<string> Core => ["ManagedRetrieval.Engine", "ManagedRetrieval"];

    /// <summary>The core and what it pulls in.</summary>
    public static TheoryData<string> Shipped => [.. Core, "System.Numerics.Tensors"];

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
    public void The_core_names_no_native_library(string project) =>
        Assert.All(
            Repository.Files($"src/{project}", "*.cs"),
            path => Assert.DoesNotMatch(@"\b(DllImport|LibraryImport|NativeLibrary|NativeMemory)\b", Repository.Read(path)));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void What_ships_calls_no_native_code(string project)
    {
        using var stream = File.OpenRead(Assembly(project).Location);
        using var image = new PEReader(stream);
        MetadataReader metadata = image.GetMetadataReader();
        IEnumerable<string> native = metadata.MethodDefinitions
            .Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl) || !method.GetImport().Module.IsNil)
            .Select(method => metadata.GetString(method.Name));
        Assert.Empty(native);
        Assert.True(image.PEHeaders.CorHeader!.Flags.HasFlag(CorFlags.ILOnly), $"{project} is not IL alone");
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void What_ships_makes_no_code_at_run_time(string project)
    {
        using var stream = File.OpenRead(Assembly(project).Location);
        using var image = new PEReader(stream);
        MetadataReader metadata = image.GetMetadataReader();
        IEnumerable<string> used = metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}");
        Assert.DoesNotContain(used, type =>
            type.StartsWith("System.Reflection.Emit.", StringComparison.Ordinal)
            || type.StartsWith("System.Linq.Expressions.", StringComparison.Ordinal)
            || type.StartsWith("System.Runtime.Loader.", StringComparison.Ordinal)
            || type.StartsWith("Microsoft.CSharp.", StringComparison.Ordinal)
            || type is "System.Activator" or "System.Reflection.MethodInfo" or "System.Reflection.MethodBase" or "System.Reflection.Assembly");
    }

    [Theory]
    [MemberData(nameof(Core))]
    public void The_core_restores_one_package_and_no_native_asset(string project)
    {
        using JsonDocument assets = JsonDocument.Parse(Repository.Read($"src/{project}/obj/project.assets.json"));
        foreach (JsonProperty target in assets.RootElement.GetProperty("targets").EnumerateObject())
        {
            Assert.All(target.Value.EnumerateObject(), library => Assert.DoesNotContain(
                library.Value.EnumerateObject().Select(part => part.Name), part => part is "native" or "runtimeTargets"));

            // Packages that only compile the project have no assembly.
            Assert.Equal(
                ["System.Numerics.Tensors"],
                target.Value.EnumerateObject()
                    .Where(library => library.Value.GetProperty("type").GetString() == "package" && library.Value.TryGetProperty("runtime", out _))
                    .Select(library => library.Name.Split('/')[0]));
        }
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

    private static Assembly Assembly(string name) => name switch
    {
        "ManagedRetrieval" => typeof(TwoTowerModel).Assembly,
        "ManagedRetrieval.Engine" => typeof(Shape).Assembly,
        _ => typeof(TensorPrimitives).Assembly,
    };
}
