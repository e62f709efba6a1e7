namespace ManagedRetrieval.Readers.Tests;

/// <summary>A test that needs MovieLens in the folder shared/data beside the checkout, and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MovieLensFactAttribute : FactAttribute
{
    public MovieLensFactAttribute()
    {
        if (Folder is null)
        {
            Skip = "No shared/data/movielens-latest-small beside the checkout.";
        }
    }

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ManagedRetrieval.sln")))
        {
            folder = folder.Parent;
        }

        string? data = folder?.Parent is { } beside ? Path.Combine(beside.FullName, "shared", "data", "movielens-latest-small") : null;
        return Directory.Exists(data) ? data : null;
    }
}
