using System.Net;
using System.Text.RegularExpressions;

namespace ManagedRetrieval.Site;

/// <summary>Plain text and HTML.</summary>
internal static partial class Text
{
    public static string Html(string text) => WebUtility.HtmlEncode(text);

    /// <summary>The text of HTML, spaces and line breaks as one space.</summary>
    public static string OfHtml(string html) => Spaces().Replace(WebUtility.HtmlDecode(Tag().Replace(html, " ")), " ").Trim();

    /// <summary>The name by which GitHub links to a heading, so that links lead to the same place there and here.</summary>
    public static string Slug(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c));

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
