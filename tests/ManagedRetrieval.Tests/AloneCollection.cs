namespace ManagedRetrieval.Tests;

/// <summary>Tests that measure allocation run alone: others' garbage collections drop pooled scratch.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
