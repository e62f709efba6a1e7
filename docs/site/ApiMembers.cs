using Microsoft.CodeAnalysis;

namespace ManagedRetrieval.Site;

/// <summary>What others can call of a type.</summary>
internal static class ApiMembers
{
    /// <summary>The members in the order of their page, each with its place there.</summary>
    public static IReadOnlyList<(ISymbol Member, string Place)> Of(INamedTypeSymbol type)
    {
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        var members = new List<(ISymbol, string)>();
        foreach (ISymbol member in type.GetMembers().Where(IsShown).OrderBy(Section).ThenBy(member => member.Name, StringComparer.Ordinal))
        {
            string name = Title(member, type).ToLowerInvariant().Replace(' ', '-');
            int before = taken.GetValueOrDefault(name);
            taken[name] = before + 1;
            members.Add((member, before == 0 ? name : $"{name}-{before}"));
        }

        return members;
    }

    /// <summary>The heading under which a member stands.</summary>
    public static string SectionTitle(ISymbol member) => Section(member) switch
    {
        0 => "Constructors",
        1 => "Values",
        2 => "Fields",
        3 => "Properties",
        4 => "Methods",
        5 => "Events",
        _ => "Operators",
    };

    /// <summary>A member's short name.</summary>
    public static string Title(ISymbol member, INamedTypeSymbol type) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => type.Name,
        IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion } => $"Operator {member.Name["op_".Length..]}",
        IPropertySymbol { IsIndexer: true } => "Item",
        _ => member.Name,
    };

    private static bool IsShown(ISymbol member) =>
        member is not INamedTypeSymbol
        && member.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
        && member is not IMethodSymbol { AssociatedSymbol: not null }
        && !member.IsImplicitlyDeclared
        // What the compiler adds to a record.
        && !member.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute");

    private static int Section(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => 0,
        IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } => 1,
        IFieldSymbol => 2,
        IPropertySymbol => 3,
        IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion } => 6,
        IMethodSymbol => 4,
        _ => 5,
    };
}
