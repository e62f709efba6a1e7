using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Models;

/// <summary>Negatives that the model itself confuses with the right ones, found among all items.</summary>
internal sealed record HardNegativesDescription
{
    /// <summary>After how many steps all items are embedded anew.</summary>
    public int EverySteps { get; set; } = 100;

    /// <summary>How many are found for each query.</summary>
    public int PerQuery { get; set; } = 1;

    /// <summary>How many of the nearest are passed over first.</summary>
    public int Skip { get; set; }

    /// <summary>Refuses what cannot be searched for.</summary>
    public void Check(DescriptionCheck check)
    {
        check.AtLeast(1, "every_steps", EverySteps);
        check.AtLeast(1, "per_query", PerQuery);
        check.AtLeast(0, "skip", Skip);
    }

    public HardNegativeOptions Create() => new() { EverySteps = EverySteps, PerQuery = PerQuery, Skip = Skip };
}
