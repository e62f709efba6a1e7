namespace ManagedRetrieval.Cli.Models;

/// <summary>How the weight of a user's interactions falls with their age.</summary>
internal sealed record RecencyDescription
{
    /// <summary>The number of later interactions at which age begins to count; above 0.</summary>
    public double Scale { get; set; } = 10;

    /// <summary>How steeply weights fall beyond; above 0.</summary>
    public double Power { get; set; } = 1;

    /// <param name="age">How many interactions the user had afterwards.</param>
    public double Weight(int age) => Math.Pow(1 + (age / Scale), -Power);

    /// <summary>Refuses what is no such weight.</summary>
    public void Check(DescriptionCheck check)
    {
        check.Positive("scale", Scale);
        check.Positive("power", Power);
    }
}
