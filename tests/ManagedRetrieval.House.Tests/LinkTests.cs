namespace ManagedRetrieval.House.Tests;

/// <summary>No link of the README or the documentation leads nowhere.</summary>
public class LinkTests
{
    public static TheoryData<string> Pages => [.. Markdown.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_to_a_heading_of_it(string page) =>
        Assert.All(Markdown.Links(page), link => Assert.Null(Wrong(page, link)));

    [Theory]
    [InlineData("kernels.md")]
    [InlineData("#testing")]
    [InlineData("architecture.md#the-backend-seam")]
    [InlineData("../README.md#try-it")]
    [InlineData("decisions")]
    [InlineData("https://example.com/a")]
    public void A_link_that_leads_somewhere_is_right(string link) => Assert.Null(Wrong("docs/testing.md", link));

    [Theory]
    [InlineData("docs/kernels.md")]
    [InlineData("#no-such-heading")]
    [InlineData("architecture.md#the-backend")]
    [InlineData("architecture.html")]
    [InlineData("http://example.com")]
    [InlineData("https://")]
    [InlineData("../../other")]
    public void A_link_that_leads_nowhere_is_noticed(string link) => Assert.NotNull(Wrong("docs/testing.md", link));

    private static string? Wrong(string page, string link)
    {
        if (link.Contains("://", StringComparison.Ordinal))
        {
            // Whether somebody answers there changes from day to day; its form does not.
            return Uri.TryCreate(link, UriKind.Absolute, out Uri? address) && address is { Scheme: "https", Host: not "" } ? null : $"{page}: '{link}' is no address";
        }

        string[] parts = link.Split('#', 2);
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        string target = parts[0].Length == 0 ? page : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, parts[0]))).Replace('\\', '/');
        return target.StartsWith("..", StringComparison.Ordinal) || !Path.Exists(Path.Combine(Repository.Root, target)) ? $"{page}: there is no '{link}'"
            : parts.Length == 2 && !Markdown.Places(target).Contains(parts[1]) ? $"{page}: '{target}' has no heading '{parts[1]}'"
            : null;
    }
}
