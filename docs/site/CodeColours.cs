using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ManagedRetrieval.Site;

/// <summary>C# as HTML, with keywords, comments, numbers and texts marked.</summary>
internal static class CodeColours
{
    public static string Html(string code)
    {
        var html = new StringBuilder();
        foreach (SyntaxToken token in CSharpSyntaxTree.ParseText(code).GetRoot().DescendantTokens(descendIntoTrivia: false))
        {
            AppendTrivia(html, token.LeadingTrivia);
            Append(html, Kind(token), token.Text);
            AppendTrivia(html, token.TrailingTrivia);
        }

        return html.ToString();
    }

    private static void AppendTrivia(StringBuilder html, SyntaxTriviaList list)
    {
        foreach (SyntaxTrivia trivia in list)
        {
            Append(html, trivia.IsKind(SyntaxKind.WhitespaceTrivia) || trivia.IsKind(SyntaxKind.EndOfLineTrivia) ? null : "comment", trivia.ToFullString());
        }
    }

    private static string? Kind(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken
            or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken => "string",
        SyntaxKind.NumericLiteralToken => "number",
        _ => SyntaxFacts.IsKeywordKind(token.Kind()) || token.Text is "var" or "await" ? "keyword" : null,
    };

    private static void Append(StringBuilder html, string? kind, string text)
    {
        if (kind is null || text.Length == 0)
        {
            html.Append(Text.Html(text));
        }
        else
        {
            html.Append("<span class=\"").Append(kind).Append("\">").Append(Text.Html(text)).Append("</span>");
        }
    }
}
