using System.Xml.Linq;
using System.Xml.XPath;
using Microsoft.CodeAnalysis;

namespace ManagedRetrieval.Site;

/// <summary>Finds the documentation comment of a type or member, and what it inherits.</summary>
internal sealed class ApiComments(ApiCatalogue api, Problems problems)
{
    /// <summary>The comment with what is inherited put in place; an empty element where there is none.</summary>
    public XElement Of(ISymbol symbol)
    {
        XElement comment = Find(symbol);
        if (comment.Element("summary") is null)
        {
            problems.Add(symbol.ToDisplayString(), "has no summary");
        }

        return comment;
    }

    private XElement Find(ISymbol symbol)
    {
        XElement own = api.Comment(symbol) is { } written ? new XElement(written) : new XElement("member");
        XElement[] inherits = own.HasElements ? [.. own.Elements("inheritdoc")] : [new XElement("inheritdoc")];
        foreach (XElement inherit in inherits)
        {
            if (inherit.Parent is not null)
            {
                inherit.Remove();
            }

            string? named = inherit.Attribute("cref")?.Value;
            ISymbol? from = named is null ? Above(symbol.OriginalDefinition) : DocumentationCommentId.GetFirstSymbolForDeclarationId(named, api.Compilation);
            if (from is not null)
            {
                XElement inherited = api.Assemblies.Contains(from.ContainingAssembly, SymbolEqualityComparer.Default) ? Find(from) : OfPlatform(from);
                Add(own, inherit.Attribute("path") is { } path ? inherited.XPathSelectElements("." + path.Value) : inherited.Elements(), symbol);
            }
        }

        return own.Element("summary") is null ? OfRecord(symbol, own) : own;
    }

    private static void Add(XElement own, IEnumerable<XElement> inherited, ISymbol symbol)
    {
        foreach (XElement part in inherited)
        {
            bool isForeign = part.Name == "param" && symbol is IMethodSymbol method && !method.Parameters.Any(parameter => parameter.Name == part.Attribute("name")?.Value);
            bool isThere = own.Elements(part.Name).Any(other => other.Attribute("name")?.Value == part.Attribute("name")?.Value && part.Name != "exception");
            if (!isThere && !isForeign)
            {
                own.Add(new XElement(part));
            }
        }
    }

    /// <summary>The platform's own documentation is not at hand; its member is named.</summary>
    private static XElement OfPlatform(ISymbol member) =>
        new("member", new XElement("summary", "As ", new XElement("c", member.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)), " says."));

    /// <summary>The parameters of a record are its properties, and a constructor of its.</summary>
    private XElement OfRecord(ISymbol symbol, XElement own)
    {
        if (symbol.ContainingType is { IsRecord: true } record && api.Comment(record) is { } ofRecord)
        {
            IEnumerable<XElement> parameters = ofRecord.Elements("param");
            if (symbol is IPropertySymbol && parameters.FirstOrDefault(parameter => parameter.Attribute("name")?.Value == symbol.Name) is { } described)
            {
                own.Add(new XElement("summary", described.Nodes()));
            }
            else if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor })
            {
                own.Add(new XElement("summary", "Makes one."));
                own.Add(parameters.Select(parameter => new XElement(parameter)));
            }
        }
        else if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 0 })
        {
            own.Add(new XElement("summary", "Makes one."));
        }

        return own;
    }

    private static ISymbol? Above(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { OverriddenMethod: { } method } => method.OriginalDefinition,
        IPropertySymbol { OverriddenProperty: { } property } => property.OriginalDefinition,
        IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.ContainingType.BaseType?.InstanceConstructors
            .FirstOrDefault(other => other.Parameters.Select(parameter => parameter.Name).SequenceEqual(constructor.Parameters.Select(parameter => parameter.Name)))?.OriginalDefinition,
        INamedTypeSymbol { BaseType: { SpecialType: SpecialType.None } parent } => parent.OriginalDefinition,
        INamedTypeSymbol { Interfaces: [{ } first, ..] } => first.OriginalDefinition,
        { ContainingType: { } type } => InInterfaces(symbol, type)?.OriginalDefinition,
        _ => null,
    };

    private static ISymbol? InInterfaces(ISymbol symbol, INamedTypeSymbol type)
    {
        ISymbol[] members = [.. type.AllInterfaces.SelectMany(item => item.GetMembers())];

        // Where a parameter is "in", the compiler puts a hidden method between the interface's and the one that was written.
        return members.FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(member), symbol))
            ?? members.FirstOrDefault(member => member.Name == symbol.Name && (member as IMethodSymbol)?.Parameters.Length == (symbol as IMethodSymbol)?.Parameters.Length);
    }
}
