using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ManagedRetrieval.Site;

/// <summary>The public types of the libraries, read from their assemblies and documentation files.</summary>
internal sealed partial class ApiCatalogue
{
    private readonly Dictionary<string, string> _urls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<INamedTypeSymbol>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, XElement> _comments;

    private ApiCatalogue(Compilation compilation, IReadOnlyList<IAssemblySymbol> assemblies, Dictionary<string, XElement> comments)
    {
        Compilation = compilation;
        Assemblies = assemblies;
        _comments = comments;
        Types = [.. assemblies.SelectMany(assembly => PublicTypes(assembly.GlobalNamespace))];
        foreach (INamedTypeSymbol type in Types)
        {
            _urls[type.GetDocumentationCommentId()!] = UrlOfType(type);
            (_byName.TryGetValue(type.Name, out List<INamedTypeSymbol>? same) ? same : _byName[type.Name] = []).Add(type);
            foreach ((ISymbol member, string place) in ApiMembers.Of(type))
            {
                _urls[member.GetDocumentationCommentId()!] = $"{UrlOfType(type)}#{place}";
            }
        }
    }

    public Compilation Compilation { get; }

    public IReadOnlyList<IAssemblySymbol> Assemblies { get; }

    public IReadOnlyList<INamedTypeSymbol> Types { get; }

    /// <summary>Reads the libraries in a folder: assemblies with a documentation file beside them.</summary>
    public static ApiCatalogue Load(string folder)
    {
        string[] ours = [.. Directory.EnumerateFiles(folder, "ManagedRetrieval*.dll").Where(path => File.Exists(Path.ChangeExtension(path, ".xml"))).Order(StringComparer.Ordinal)];
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        PortableExecutableReference[] libraries = [.. ours.Select(path => MetadataReference.CreateFromFile(path))];
        var compilation = CSharpCompilation.Create(
            "api", references: [.. libraries, .. platform.Where(path => !ours.Contains(path)).Select(path => MetadataReference.CreateFromFile(path))]);
        Dictionary<string, XElement> comments = ours.SelectMany(path => XDocument.Load(Path.ChangeExtension(path, ".xml"), LoadOptions.PreserveWhitespace).Descendants("member"))
            .ToDictionary(comment => comment.Attribute("name")!.Value, StringComparer.Ordinal);
        return new ApiCatalogue(compilation, [.. libraries.Select(library => (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(library)!)], comments);
    }

    /// <summary>The documentation comment of a type or member as it was written; null where there is none.</summary>
    public XElement? Comment(ISymbol symbol) => symbol.OriginalDefinition.GetDocumentationCommentId() is { } id ? _comments.GetValueOrDefault(id) : null;

    /// <summary>The page and place of a type or member, from the root of the site; null where it is none of ours.</summary>
    public string? UrlOf(ISymbol symbol) => symbol.OriginalDefinition.GetDocumentationCommentId() is { } id ? _urls.GetValueOrDefault(id) : null;

    /// <summary>The page of a namespace.</summary>
    public static string UrlOfNamespace(string name) => $"api/{name}.html";

    /// <summary>The place of what a page names in code, such as <c>Retriever.SaveAsync</c> or <c>Adam&lt;T&gt;</c>; null where that is nothing public, or not clear.</summary>
    public string? Find(string code)
    {
        Match name = Name().Match(code);
        if (!name.Success || !_byName.TryGetValue(name.Groups["type"].Value, out List<INamedTypeSymbol>? types))
        {
            return null;
        }

        // Without arguments a name stands for any form of the type: the plain one first.
        int? arity = name.Groups["arguments"].Success ? name.Groups["arguments"].Value.AsSpan().Count(',') + 1 : null;
        INamedTypeSymbol[] found = [.. types.Where(type => arity is null || type.Arity == arity).OrderBy(type => type.Arity)];
        if (!name.Groups["member"].Success)
        {
            // Ops have names such as Mean and Sum, which mean something else in most places.
            found = [.. found.Where(type => arity is not null || type.ContainingNamespace.Name != "Ops")];
            return found is [] || (found.Length > 1 && found[0].Arity == found[1].Arity) ? null : UrlOf(found[0]);
        }

        return found.SelectMany(ApiMembers.Of).Where(member => member.Member.Name == name.Groups["member"].Value).Select(member => UrlOf(member.Member)).FirstOrDefault();
    }

    private static string UrlOfType(INamedTypeSymbol type)
    {
        string name = type.MetadataName.Replace('`', '-');
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            name = $"{outer.MetadataName.Replace('`', '-')}.{name}";
        }

        return $"api/{type.ContainingNamespace.ToDisplayString()}.{name}.html";
    }

    private static IEnumerable<INamedTypeSymbol> PublicTypes(INamespaceOrTypeSymbol container) => container.GetMembers().SelectMany(member => member switch
    {
        INamespaceSymbol inner => PublicTypes(inner),
        INamedTypeSymbol { DeclaredAccessibility: Accessibility.Public } type => PublicTypes(type).Prepend(type),
        _ => [],
    });

    [GeneratedRegex(@"^(?<type>[A-Z]\w*)(?:<(?<arguments>[^<>]*)>)?(?:\.(?<member>[A-Z]\w*)(?:\(.*\))?)?$")]
    private static partial Regex Name();
}
