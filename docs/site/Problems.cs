namespace ManagedRetrieval.Site;

/// <summary>What is wrong with the pages. Each is a line, and any fails the build.</summary>
internal sealed class Problems
{
    private readonly SortedSet<string> _all = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> All => _all;

    public void Add(string page, string problem) => _all.Add($"{page}: {problem}");
}
