using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

/// <summary>A test that needs the installed reference pack and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReferencePackFactAttribute : FactAttribute
{
    public ReferencePackFactAttribute()
    {
        ReferencePackSearch search = ReferencePack.Find();
        if (search.Pack is null)
        {
            Skip = "No reference pack with documentation in " + string.Join(", ", search.LookedAt);
        }
    }
}
