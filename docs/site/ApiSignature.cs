using System.Text;
using Microsoft.CodeAnalysis;

namespace ManagedRetrieval.Site;

/// <summary>Declarations as HTML, with links to the types that they name.</summary>
internal sealed class ApiSignature(ApiCatalogue api)
{
    private const SymbolDisplayMiscellaneousOptions Names =
        SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral;

    private static readonly SymbolDisplayFormat MemberFormat = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeType
            | SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeConstantValue,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeParamsRefOut | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeMemberKeyword,
        miscellaneousOptions: Names);

    private static readonly SymbolDisplayFormat TypeFormat = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeVariance,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameOnly,
        miscellaneousOptions: Names);

    /// <summary>A type's name as text, with its parameters.</summary>
    public static string Name(INamedTypeSymbol type) =>
        (type.ContainingType is null ? "" : Name(type.ContainingType) + ".") + type.ToDisplayString(TypeFormat);

    public string OfMember(ISymbol member, string page) => Html(member.ToDisplayParts(MemberFormat), page, member);

    public string OfType(INamedTypeSymbol type, string page)
    {
        if (type.TypeKind == TypeKind.Delegate)
        {
            return "<span class=\"keyword\">public delegate</span> " + Html(type.DelegateInvokeMethod!.ReturnType.ToDisplayParts(TypeFormat), page, type) + " "
                + Text.Html(type.ToDisplayString(TypeFormat)) + "(" + string.Join(", ", type.DelegateInvokeMethod.Parameters.Select(parameter => Html(parameter.ToDisplayParts(MemberFormat), page, type))) + ")";
        }

        var html = new StringBuilder("<span class=\"keyword\">public ").Append(Modifiers(type)).Append("</span> ").Append(Text.Html(type.ToDisplayString(TypeFormat)));
        IEnumerable<INamedTypeSymbol> bases = type.TypeKind is TypeKind.Enum ? [] : type.Interfaces.Where(item => !IsGenerated(item, type));
        if (type.BaseType is { SpecialType: SpecialType.None } parent)
        {
            bases = bases.Prepend(parent);
        }

        string list = string.Join(", ", bases.Select(item => Html(item.ToDisplayParts(TypeFormat), page, type)));
        return html.Append(list.Length == 0 ? "" : " : " + list).ToString();
    }

    private static bool IsGenerated(INamedTypeSymbol item, INamedTypeSymbol type) => type.IsRecord && item.Name == "IEquatable";

    private static string Modifiers(INamedTypeSymbol type) => type.TypeKind switch
    {
        TypeKind.Interface => "interface",
        TypeKind.Enum => "enum",
        TypeKind.Struct => (type.IsReadOnly ? "readonly " : "") + (type.IsRefLikeType ? "ref " : "") + (type.IsRecord ? "record struct" : "struct"),
        _ => (type.IsStatic ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (type.IsRecord ? "record" : "class"),
    };

    private string Html(IEnumerable<SymbolDisplayPart> parts, string page, ISymbol self) => string.Concat(parts.Select(part =>
    {
        string text = Text.Html(part.ToString());
        return part.Kind is SymbolDisplayPartKind.Keyword ? $"<span class=\"keyword\">{text}</span>"
            : part.Symbol is INamedTypeSymbol type && !SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, self.ContainingType) && api.UrlOf(type) is { } url
                ? $"<a href=\"{SitePaths.Link(page, url)}\">{text}</a>"
                : text;
    }));
}
