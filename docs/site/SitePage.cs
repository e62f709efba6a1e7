namespace ManagedRetrieval.Site;

/// <summary>A page before it has its frame.</summary>
/// <param name="Url">Its place, from the root of the site.</param>
/// <param name="Title">Plain text.</param>
/// <param name="Body">HTML.</param>
/// <param name="Headings">Those that the outline lists.</param>
/// <param name="Group">What the search shows beside the title.</param>
internal sealed record SitePage(string Url, string Title, string Body, IReadOnlyList<SiteHeading> Headings, string Group);
