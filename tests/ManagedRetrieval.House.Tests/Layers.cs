using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ManagedRetrieval.House.Tests;

/// <summary>Finds what a file uses of namespaces above its own.</summary>
/// <remarks>
/// Names are looked up as the compiler does, so that a qualified name, an alias, an attribute, or a type of an outer
/// namespace, which needs no using, counts as much as a using does. A type that nobody names, as behind <c>var</c>, and
/// comments do not count.
/// </remarks>
internal static class Layers
{
    /// <summary>One line for each file and type or namespace that it must not use, and for each file without a level.</summary>
    /// <param name="files">All files of one body of code.</param>
    /// <param name="levels">For a namespace, or a type's full name, its level. What these files declare and is not in here has none.</param>
    public static IReadOnlyList<string> Wrong(IEnumerable<(string Path, string Source)> files, IReadOnlyDictionary<string, int> levels)
    {
        SyntaxTree[] trees = [.. files.Select(file => CSharpSyntaxTree.ParseText(file.Source, new CSharpParseOptions(LanguageVersion.Preview), file.Path))];
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "layers",
            trees,
            platform.Where(path => Path.GetFileName(path).StartsWith("System", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));
        var wrong = new List<string>();
        foreach (SyntaxTree tree in trees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            SyntaxNode root = tree.GetRoot();
            MemberDeclarationSyntax? first = root.DescendantNodes().OfType<MemberDeclarationSyntax>()
                .FirstOrDefault(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

            // A program's file of statements declares nothing: it stands above everything.
            if (first is null && root.ChildNodes().Any(node => node is GlobalStatementSyntax))
            {
                continue;
            }

            var own = (INamedTypeSymbol?)(first is null ? null : model.GetDeclaredSymbol(first));
            if (own is null || Level(own, levels) is not { } level)
            {
                wrong.Add($"{tree.FilePath}: give '{own?.ToDisplayString() ?? "its namespace"}' its place");
                continue;
            }

            IEnumerable<ISymbol> above = root.DescendantNodes().OfType<SimpleNameSyntax>()
                .Select(name => Used(model, name, compilation.Assembly))
                .OfType<ISymbol>()
                .Where(used => Space(used) != Space(own) && !(Level(used, levels) < level))
                .Distinct(SymbolEqualityComparer.Default);
            wrong.AddRange(above.Select(used => $"{tree.FilePath} uses {Name(used)}"));
        }

        return wrong;
    }

    /// <summary>The type, or the namespace of a using, that a name stands for, where it is declared here.</summary>
    private static ISymbol? Used(SemanticModel model, SimpleNameSyntax name, IAssemblySymbol assembly)
    {
        SymbolInfo info = model.GetSymbolInfo(name);
        ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        ISymbol? used = symbol switch
        {
            INamedTypeSymbol type => type.OriginalDefinition,

            // An attribute's name stands for its constructor.
            IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.ContainingType.OriginalDefinition,

            // Of a using only the whole name counts, not each of its parts.
            INamespaceSymbol space when name.AncestorsAndSelf().OfType<NameSyntax>().Last().Parent is UsingDirectiveSyntax whole
                && model.GetSymbolInfo(whole.Name!).Symbol?.Equals(space, SymbolEqualityComparer.Default) == true => space,
            _ => null,
        };
        return used switch
        {
            INamespaceSymbol space => space.Locations.Any(location => location.IsInSource) ? space : null,
            _ => SymbolEqualityComparer.Default.Equals(used?.ContainingAssembly, assembly) ? used : null,
        };
    }

    private static int? Level(ISymbol symbol, IReadOnlyDictionary<string, int> levels) =>
        levels.TryGetValue(Name(symbol), out int level) || levels.TryGetValue(Space(symbol), out level) ? level : null;

    private static string Space(ISymbol symbol) => (symbol as INamespaceSymbol ?? symbol.ContainingNamespace).ToDisplayString();

    /// <summary>The name without type parameters; of a type inside a type, the outer one's.</summary>
    private static string Name(ISymbol symbol) =>
        symbol.ContainingType is { } outer ? Name(outer) : symbol is INamespaceSymbol ? symbol.ToDisplayString() : $"{Space(symbol)}.{symbol.Name}";
}
