namespace ManagedRetrieval.Benchmarks.Adjacency;

/// <summary>How large the generated data is.</summary>
/// <param name="Users">The number of users.</param>
/// <param name="Items">The number of items.</param>
/// <param name="Interactions">The number of all interactions, at least <see cref="Fewest"/> for each user.</param>
/// <param name="Clusters">The number of planted clusters.</param>
/// <param name="Seed">Decides everything else.</param>
internal sealed record AdjacencySetting(int Users = 30_000, int Items = 41_000, int Interactions = 800_000, int Clusters = 100, ulong Seed = 1)
{
    /// <summary>The fewest interactions of a user: of five, one is held out.</summary>
    public const int Fewest = 5;

    /// <summary>Refuses what no data can be generated for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Users, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Items, 4 * Fewest);
        ArgumentOutOfRangeException.ThrowIfLessThan(Interactions, (long)Fewest * Users);
        ArgumentOutOfRangeException.ThrowIfLessThan(Clusters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Clusters, Items);
    }
}
