using System.Net;
using System.Text.RegularExpressions;

namespace ManagedRetrieval.Site;

/// <summary>Every link and every image of the finished pages leads to a file of the site, and to a place within it.</summary>
internal static partial class LinkCheck
{
    public static void Run(string output, Problems problems)
    {
        string[] files = [.. Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(output, path).Replace('\\', '/'))];
        Dictionary<string, string> pages = files.Where(file => file.EndsWith(".html", StringComparison.Ordinal))
            .ToDictionary(file => file, file => File.ReadAllText(Path.Combine(output, file)), StringComparer.Ordinal);
        var known = new HashSet<string>(files, StringComparer.Ordinal);
        Dictionary<string, HashSet<string>> places = pages.ToDictionary(
            page => page.Key, page => Identifier().Matches(page.Value).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach ((string page, string html) in pages)
        {
            foreach (string target in Link().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)))
            {
                if (target.StartsWith("https://", StringComparison.Ordinal) || target.StartsWith("data:", StringComparison.Ordinal))
                {
                    continue;
                }

                string[] parts = target.Split('#', 2);
                string? file = parts[0].Length == 0 ? page : SitePaths.Resolve(page, parts[0]);
                if (file is null || !known.Contains(file))
                {
                    problems.Add(page, $"there is no '{target}'");
                }
                else if (parts.Length == 2 && !places[file].Contains(parts[1]))
                {
                    problems.Add(page, $"'{file}' has no place '{parts[1]}'");
                }
            }
        }
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex(" id=\"([^\"]*)\"")]
    private static partial Regex Identifier();
}
