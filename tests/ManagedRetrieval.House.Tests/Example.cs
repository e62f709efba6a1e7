using System.Reflection;
using System.Runtime.Loader;
using ManagedRetrieval.Extensions;
using ManagedRetrieval.Gpu;
using ManagedRetrieval.Readers;
using ManagedRetrieval.Towers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ManagedRetrieval.House.Tests;

/// <summary>A program in a page, compiled against the library as a user would and run.</summary>
internal static class Example
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>Runs a program of top-level statements in an empty folder and gives what it printed.</summary>
    public static string Run(string program, string name)
    {
        byte[] assembly = Compile(program, name);
        string folder = Directory.CreateTempSubdirectory("example-").FullName;
        string previous = Environment.CurrentDirectory;
        TextWriter console = Console.Out;
        var output = new StringWriter();
        var context = new AssemblyLoadContext(name, isCollectible: true);
        try
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(output);
            using var stream = new MemoryStream(assembly);
            MethodInfo main = context.LoadFromStream(stream).EntryPoint!;
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = previous;
            Directory.Delete(folder, recursive: true);
            context.Unload();
        }

        return output.ToString().ReplaceLineEndings("\n");
    }

    private static byte[] Compile(string program, string name)
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        IEnumerable<string> ours = [typeof(TwoTowerModel).Assembly.Location, typeof(Engine.Tensors.Shape).Assembly.Location, typeof(FileRowSource).Assembly.Location, typeof(ManagedRetrievalVectorStore).Assembly.Location, typeof(GpuBackend).Assembly.Location];
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(program)],
            platform.Where(path => Path.GetFileName(path) is var file && (file.StartsWith("System", StringComparison.Ordinal) || file.StartsWith("Microsoft.Extensions", StringComparison.Ordinal))).Concat(ours).Distinct()
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return stream.ToArray();
    }
}
