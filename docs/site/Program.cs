using ManagedRetrieval.Site;

// The repository's root, and the folder to write.
if (args is not [string root, string output])
{
    Console.Error.WriteLine("Two arguments are needed: the root of the repository, and the folder for the site.");
    return 2;
}

var problems = new Problems();
int pages = SiteBuilder.Build(Path.GetFullPath(root), Path.GetFullPath(output), problems);
foreach (string problem in problems.All)
{
    Console.Error.WriteLine($"warning: {problem}");
}

Console.WriteLine($"{pages} pages in {output}, {problems.All.Count} warnings");
return problems.All.Count == 0 ? 0 : 1;
