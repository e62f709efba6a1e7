namespace ManagedRetrieval.Demo.Tests;

/// <summary>A test that needs a browser and the published page, and is skipped where one of them is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (!File.Exists(Published.Browser))
        {
            Skip = $"No {Published.Browser}.";
        }
        else if (!File.Exists(Path.Combine(Published.Page, "index.html")))
        {
            Skip = $"Nothing is published to {Published.Page}: dotnet publish src/ManagedRetrieval.Demo -c Release -o out/demo";
        }
    }
}
